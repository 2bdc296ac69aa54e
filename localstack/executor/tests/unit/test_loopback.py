import pytest
from localstack.config import HostAndPort

from process_executor.loopback_server import NotLoopback, is_loopback, refuse_other_addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_knows_the_loopback(host: str) -> None:
    assert is_loopback(host)
    refuse_other_addresses([HostAndPort(host, 4566)])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])
def test_refuses_what_others_can_reach(host: str) -> None:
    with pytest.raises(NotLoopback, match=r"Set GATEWAY_LISTEN=127\.0\.0\.1:4566"):
        refuse_other_addresses([HostAndPort("127.0.0.1", 4566), HostAndPort(host, 4566)])

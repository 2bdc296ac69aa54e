import pytest
from localstack.aws.api.lambda_ import RequestTooLargeException

from process_executor.payload_limit import MAX_EVENT_PAYLOAD_BYTES, refuse_large_payload
from process_executor.runtime_api import MAX_PAYLOAD_BYTES


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("Event", MAX_EVENT_PAYLOAD_BYTES), ("RequestResponse", MAX_PAYLOAD_BYTES), (None, MAX_PAYLOAD_BYTES)],
)
def test_takes_the_limit_and_refuses_a_byte_more(kind: str | None, limit: int) -> None:
    refuse_large_payload(b"x" * limit, kind)
    with pytest.raises(RequestTooLargeException, match=f"{limit + 1} byte payload is too large .*limit {limit} bytes"):
        refuse_large_payload(b"x" * (limit + 1), kind)


def test_takes_no_payload() -> None:
    refuse_large_payload(None, None)

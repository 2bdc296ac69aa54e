import socket

from process_executor.listening import listening_sockets, reachable_from_elsewhere


def test_finds_what_this_process_listens_on_and_nothing_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as loopback, socket.create_server(("0.0.0.0", 0)) as everywhere:
        ours = ("127.0.0.1", loopback.getsockname()[1])
        reachable = ("0.0.0.0", everywhere.getsockname()[1])
        found = listening_sockets()
        assert ours in found
        assert reachable in found
        assert reachable_from_elsewhere([ours, reachable]) == [reachable]
        with socket.create_connection(ours) as connection:
            connected = connection.getsockname()
            assert connected not in listening_sockets(), "connected, not listening"
    assert reachable not in listening_sockets()


def test_reads_ipv6_addresses() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as loopback:
        found = ("::1", loopback.getsockname()[1])
        assert found in listening_sockets()
        assert reachable_from_elsewhere([found, ("::", 1)]) == [("::", 1)]

"""The Runtime API as a runtime meets it, over HTTP."""

import http.client
import json
import queue
import socket
import threading
from collections.abc import Iterator

import pytest

from process_executor.outcomes import InitFailed, Invocation, Outcome, Raised, Ready, Responded, ResponseTooLarge
from process_executor.runtime_api import MAX_RESPONSE_BYTES, RuntimeApi

PREFIX = "/2018-06-01/runtime"
INVOCATION = Invocation("id-1", "arn:function", "Root=1", 1_700_000_000_123, b'{"a":1.0}')


@pytest.fixture
def outcomes() -> "queue.SimpleQueue[Outcome]":
    return queue.SimpleQueue()


@pytest.fixture
def api(outcomes: "queue.SimpleQueue[Outcome]") -> Iterator[RuntimeApi]:
    served = RuntimeApi(outcomes)
    yield served
    served.close()


class Runtime:
    """A runtime's connection."""

    def __init__(self, api: RuntimeApi) -> None:
        self._connection = http.client.HTTPConnection(api.address, timeout=10)

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return self._request("GET", path, None)

    def post(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        return self._request("POST", path, body)

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
        self._connection.request(method, PREFIX + path, body)
        response = self._connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def _serving() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "runtime-api-connection"]


def test_listens_on_the_loopback_only(api: RuntimeApi) -> None:
    assert api.address.startswith("127.0.0.1:")


def test_hands_over_an_invocation_and_takes_its_response(
    api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]"
) -> None:
    runtime = Runtime(api)
    api.offer(INVOCATION)
    status, headers, body = runtime.get("/invocation/next")
    assert (status, body) == (200, b'{"a":1.0}')
    assert headers["lambda-runtime-aws-request-id"] == "id-1"
    assert headers["lambda-runtime-deadline-ms"] == "1700000000123"
    assert headers["lambda-runtime-invoked-function-arn"] == "arn:function"
    assert headers["lambda-runtime-trace-id"] == "Root=1"
    assert api.handed_over
    assert runtime.post("/invocation/id-1/response", b'"done"')[0] == 202
    assert not api.handed_over
    assert [outcomes.get(timeout=1), outcomes.get(timeout=1)] == [Ready(), Responded(b'"done"')]


def test_is_ready_once_however_many_invocations_follow(api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]") -> None:
    runtime = Runtime(api)
    for _ in range(2):
        api.offer(INVOCATION)
        runtime.get("/invocation/next")
        runtime.post("/invocation/id-1/error", b'{"errorType":"E"}')
    assert outcomes.get(timeout=1) == Ready()
    assert outcomes.get(timeout=1) == Raised(b'{"errorType":"E"}')
    assert outcomes.get(timeout=1) == Raised(b'{"errorType":"E"}')
    assert outcomes.empty()


def test_refuses_an_answer_to_an_invocation_that_the_runtime_does_not_hold(
    api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]"
) -> None:
    runtime = Runtime(api)
    for path in ("/invocation/id-1/response", "/invocation/id-1/error"):
        status, _, body = runtime.post(path, b"{}")
        assert (status, json.loads(body)["errorType"]) == (400, "InvalidRequestID")
    api.offer(INVOCATION)
    runtime.get("/invocation/next")
    runtime.post("/invocation/id-1/response", b"{}")
    assert runtime.post("/invocation/id-1/response", b"{}")[0] == 400, "a second answer"
    outcomes.get(timeout=1)
    assert outcomes.get(timeout=1) == Responded(b"{}")
    assert outcomes.empty()


def test_takes_the_largest_response_and_refuses_a_larger_one(
    api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]"
) -> None:
    runtime = Runtime(api)
    for size, status in ((MAX_RESPONSE_BYTES, 202), (MAX_RESPONSE_BYTES + 1, 413)):
        api.offer(INVOCATION)
        runtime.get("/invocation/next")
        assert runtime.post("/invocation/id-1/response", b"x" * size)[0] == status
    assert outcomes.get(timeout=1) == Ready()
    assert outcomes.get(timeout=1) == Responded(b"x" * MAX_RESPONSE_BYTES)
    assert outcomes.get(timeout=1) == ResponseTooLarge(MAX_RESPONSE_BYTES + 1)


def test_takes_an_initialisation_error_only_before_the_runtime_was_ready(
    api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]"
) -> None:
    runtime = Runtime(api)
    assert runtime.post("/init/error", b'{"errorType":"TypeError"}')[0] == 202
    assert outcomes.get(timeout=1) == InitFailed(b'{"errorType":"TypeError"}')
    api.offer(INVOCATION)
    runtime.get("/invocation/next")
    assert runtime.post("/init/error", b"{}")[0] == 202
    assert outcomes.get(timeout=1) == Ready()
    assert outcomes.empty()


def test_ends_the_wait_of_a_runtime_when_it_is_closed(api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]") -> None:
    statuses: list[int] = []
    waiting = threading.Thread(target=lambda: statuses.append(Runtime(api).get("/invocation/next")[0]))
    waiting.start()
    assert outcomes.get(timeout=5) == Ready()
    api.close()
    waiting.join(5)
    assert statuses == [410]
    with pytest.raises(OSError):
        Runtime(api).get("/invocation/next")
    api.close()


def test_keeps_an_invocation_for_another_when_the_runtime_died_while_it_waited(
    api: RuntimeApi, outcomes: "queue.SimpleQueue[Outcome]"
) -> None:
    host, _, port = api.address.partition(":")
    with socket.create_connection((host, int(port))) as runtime:
        runtime.sendall(f"GET {PREFIX}/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert outcomes.get(timeout=5) == Ready()
        [waiting] = _serving()
    api.offer(INVOCATION)
    waiting.join(5)
    assert not waiting.is_alive()
    assert not api.handed_over
    assert outcomes.empty()


@pytest.mark.parametrize("path", ["/invocation/next/", "/nothing", "/invocation//response"])
def test_knows_no_other_paths(api: RuntimeApi, path: str) -> None:
    assert Runtime(api).get(path)[0] == 404
    assert Runtime(api).post(path, b"")[0] == 404


def test_asks_for_a_length_and_hears_out_who_is_still_sending(api: RuntimeApi) -> None:
    host, _, port = api.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as runtime:
        head = f"POST {PREFIX}/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        runtime.sendall(head.encode())
        # All of the answer, up to the end that the server put to it: only then does the body follow.
        answer = b"".join(iter(lambda: runtime.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 411 ")
        [serving] = _serving()
        for piece in (b"2\r\n{}\r\n", b"0\r\n\r\n"):
            runtime.sendall(piece)
            assert runtime.recv(1) == b"", "the end again, and not a reset"
    serving.join(5)
    assert not serving.is_alive()


def test_hears_nobody_out_for_ever(api: RuntimeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("process_executor.runtime_api.HEAR_OUT_S", 0.01)
    host, _, port = api.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as runtime:
        runtime.sendall(f"POST {PREFIX}/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n".encode())
        assert runtime.recv(12) == b"HTTP/1.1 404"
        for serving in _serving():
            serving.join(5)
        assert _serving() == []

"""Lambda's Runtime API (2018-06-01) for one runtime process, on a port of the loopback.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from process_executor.outcomes import InitFailed, Invocation, Outcome, Raised, Ready, Responded, ResponseTooLarge

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""What an invocation takes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

MAX_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 100
"""What a response may have: AWS allows a hundred bytes more than it says."""

MAX_ERROR_BYTES = 256 * 1024
HEAR_OUT_S = 1.0
"""How long a runtime is heard out that still sends what was refused already."""

_READ_BYTES = 65_536
_PREFIX = "/2018-06-01/runtime"
_INVOCATION_PATH = re.compile(rf"{_PREFIX}/invocation/(?P<request_id>[^/]+)/(?P<what>response|error)")


class RuntimeApi:
    """Hands invocations to one runtime process and puts what it answers into `outcomes`."""

    def __init__(self, outcomes: "queue.SimpleQueue[Outcome]") -> None:
        self._outcomes = outcomes
        self._offered: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: Invocation | None = None
        self._ready = False
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        host, port = self._listener.getsockname()
        self.address = f"{host}:{port}"
        threading.Thread(target=self._accept, name="runtime-api", daemon=True).start()

    def offer(self, invocation: Invocation) -> None:
        """Gives the runtime its next invocation, which it takes when it asks for it."""
        self._offered.put(invocation)

    @property
    def handed_over(self) -> bool:
        """Whether the runtime holds an invocation that it has not answered."""
        with self._lock:
            return self._current is not None

    def close(self) -> None:
        """Frees the port; a runtime that still waits for an invocation is told that there is none."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        # Closing alone would not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._offered.put(None)

    # What the requests of the runtime do. They are called by the threads of its connections.

    def next_invocation(self, connected: Callable[[], bool]) -> Invocation | None:
        """Waits until one is offered. None when there are no more, or when nobody is `connected` to take it."""
        with self._lock:
            if not self._ready:
                self._ready = True
                self._outcomes.put(Ready())
        invocation = self._offered.get()
        if invocation is None or not connected():
            # A process that was killed while it waited has not seen it: another may.
            return None
        with self._lock:
            self._current = invocation
        return invocation

    def init_failed(self, body: bytes) -> None:
        """The function could not be loaded. Between invocations it means only that the process is about to end."""
        with self._lock:
            if self._ready:
                return
        self._outcomes.put(InitFailed(body))

    def answer(self, request_id: str, outcome: Responded | Raised | ResponseTooLarge) -> bool:
        """Ends the invocation; False when the runtime holds no such invocation."""
        with self._lock:
            if self._current is None or self._current.request_id != request_id:
                return False
            self._current = None
        self._outcomes.put(outcome)
        return True

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(
                target=self._serve, args=(connection, address), name="runtime-api-connection", daemon=True
            ).start()

    def _serve(self, connection: socket.socket, address: Any) -> None:
        with connection:
            try:
                _Handler(connection, address, self)
                _hear_out(connection)
            except OSError:
                # The process ended while it was being answered. Its exit is reported by who watches it.
                return


def _hear_out(connection: socket.socket) -> None:
    """Ends the connection from our side and reads on until the runtime ends it too.

    Closing while it still sends would answer with a reset, which can overtake the answer (RFC 9112, 9.6).
    """
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(HEAR_OUT_S)
    until = time.monotonic() + HEAR_OUT_S
    while time.monotonic() < until and connection.recv(_READ_BYTES):
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def __init__(self, connection: socket.socket, address: Any, api: RuntimeApi) -> None:
        self._api = api
        super().__init__(connection, address, api)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: every invocation would be two lines."""

    def do_GET(self) -> None:
        if self.path != f"{_PREFIX}/invocation/next":
            self._answer_unknown()
            return
        invocation = self._api.next_invocation(self._connected)
        if invocation is None:
            self._answer_error(HTTPStatus.GONE, "EnvironmentEnded", "This environment gets no more invocations.")
            return
        self._answer(
            HTTPStatus.OK,
            invocation.body,
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        if "Content-Length" not in self.headers:
            self.close_connection = True
            self._answer_error(
                HTTPStatus.LENGTH_REQUIRED, "LengthRequired", "Responses are not streamed here: send a Content-Length."
            )
            return
        if self.path == f"{_PREFIX}/init/error":
            body, _ = self._body(MAX_ERROR_BYTES)
            self._api.init_failed(body)
            self._answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
            return
        matched = _INVOCATION_PATH.fullmatch(self.path)
        if matched is None:
            self._answer_unknown()
            return
        if matched["what"] == "error":
            body, _ = self._body(MAX_ERROR_BYTES)
            self._accept_answer(matched["request_id"], Raised(body))
            return
        body, size_bytes = self._body(MAX_RESPONSE_BYTES)
        if size_bytes <= MAX_RESPONSE_BYTES:
            self._accept_answer(matched["request_id"], Responded(body))
        elif self._api.answer(matched["request_id"], ResponseTooLarge(size_bytes)):
            self._answer_error(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "RequestEntityTooLarge",
                f"Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).",
            )
        else:
            self._answer_wrong_id()

    def _accept_answer(self, request_id: str, outcome: Responded | Raised) -> None:
        if self._api.answer(request_id, outcome):
            self._answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
        else:
            self._answer_wrong_id()

    def _connected(self) -> bool:
        """A runtime sends nothing while it waits, so that a readable connection is one that it has closed."""
        return not select.select([self.connection], [], [], 0)[0]

    def _body(self, max_bytes: int) -> tuple[bytes, int]:
        """The body up to `max_bytes`, and its size. The rest is read too, so that the runtime hears the answer."""
        size_bytes = int(self.headers["Content-Length"])
        body = self.rfile.read(min(size_bytes, max_bytes))
        left = size_bytes - len(body)
        while left > 0:
            read = self.rfile.read(min(left, _READ_BYTES))
            if not read:
                break
            left -= len(read)
        return body, size_bytes

    def _answer_unknown(self) -> None:
        self.close_connection = True
        self._answer_error(HTTPStatus.NOT_FOUND, "NotFound", f"The Runtime API has no {self.command} {self.path}.")

    def _answer_wrong_id(self) -> None:
        self._answer_error(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")

    def _answer_error(self, status: HTTPStatus, error_type: str, message: str) -> None:
        self._answer(status, json.dumps({"errorType": error_type, "errorMessage": message}).encode())

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        # One segment for head and body; the runtime waits for nothing else.
        self.wfile.flush()

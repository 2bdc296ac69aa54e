"""What a function writes, until it goes to CloudWatch Logs with the result of an invocation."""

import os
import select
import threading
from collections import deque

MAX_KEPT_BYTES = 900_000
"""LocalStack sends the lines of an invocation in one PutLogEvents: 1,048,576 bytes, 26 for each event."""

EVENT_OVERHEAD_BYTES = 26
_READ_BYTES = 65_536


class FunctionLogs:
    """Keeps the newest output within a bound: what came last tells why a function died."""

    def __init__(self, max_kept_bytes: int = MAX_KEPT_BYTES) -> None:
        self._max_kept_bytes = max_kept_bytes
        self._lock = threading.Lock()
        self._chunks: deque[bytes] = deque()
        self._kept_bytes = 0
        self._dropped_bytes = 0

    def write(self, output: bytes) -> None:
        with self._lock:
            # Before the bound is applied, so that one giant chunk does not escape it.
            for start in range(0, len(output), _READ_BYTES):
                chunk = output[start : start + _READ_BYTES]
                self._chunks.append(chunk)
                self._kept_bytes += _cost(chunk)
            while self._kept_bytes > self._max_kept_bytes:
                oldest = self._chunks.popleft()
                self._kept_bytes -= _cost(oldest)
                self._dropped_bytes += len(oldest)

    def take(self) -> str:
        """All that was kept since the last call, ending with a line feed, with a note on what was dropped."""
        with self._lock:
            text = b"".join(self._chunks).decode("utf-8", "replace")
            dropped_bytes = self._dropped_bytes
            self._chunks.clear()
            self._kept_bytes = self._dropped_bytes = 0
        if text and not text.endswith("\n"):
            text += "\n"
        if dropped_bytes:
            text = f"[{dropped_bytes} earlier bytes are left out: too much for one PutLogEvents]\n{text}"
        return text


def _cost(chunk: bytes) -> int:
    return len(chunk) + EVENT_OVERHEAD_BYTES * (chunk.count(b"\n") + 1)


class OutputPump:
    """Moves what processes write into a pipe to `FunctionLogs`, so that the pipe never fills up and blocks them.

    Reading and storing happen under one lock: after `drain`, everything written before it is in the logs.
    """

    def __init__(self, read_end: int, logs: FunctionLogs) -> None:
        os.set_blocking(read_end, False)
        self._read_end = read_end
        self._logs = logs
        self._lock = threading.Lock()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="function-output", daemon=True)
        self._thread.start()

    def drain(self) -> None:
        with self._lock:
            while self._read():
                pass

    def join(self, timeout_s: float) -> None:
        """Waits until every process that could write has ended."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._read_end, select.POLLIN)
        while not self._ended:
            poll.poll()
            with self._lock:
                self._read()
        # Closed here only: nobody else may close what this thread polls.
        os.close(self._read_end)

    def _read(self) -> bool:
        if self._ended:
            return False
        try:
            output = os.read(self._read_end, _READ_BYTES)
        except BlockingIOError:
            return False
        self._logs.write(output)
        self._ended = not output
        return not self._ended

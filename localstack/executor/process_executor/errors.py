"""Function errors in the words and the shape of AWS, since what handles them was written against AWS."""

import json
import signal
from dataclasses import dataclass

EXIT_ERROR = "Runtime.ExitError"
TIMED_OUT = "Sandbox.Timedout"
RESPONSE_TOO_LARGE = "Function.ResponseSizeTooLarge"

_SIGNAL_NAMES = {
    # The names of Go's os package, in which Lambda's supervisor is written.
    signal.SIGHUP: "hangup",
    signal.SIGINT: "interrupt",
    signal.SIGQUIT: "quit",
    signal.SIGILL: "illegal instruction",
    signal.SIGTRAP: "trace/breakpoint trap",
    signal.SIGABRT: "aborted",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGKILL: "killed",
    signal.SIGUSR1: "user defined signal 1",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGUSR2: "user defined signal 2",
    signal.SIGPIPE: "broken pipe",
    signal.SIGALRM: "alarm clock",
    signal.SIGTERM: "terminated",
}


@dataclass(frozen=True)
class ExitStatus:
    """How a process ended: `code` as `subprocess` gives it, the negated number of a signal when one ended it."""

    code: int

    def __str__(self) -> str:
        if self.code >= 0:
            return f"exit status {self.code}"
        number = -self.code
        try:
            return f"signal: {_SIGNAL_NAMES[signal.Signals(number)]}"
        except (KeyError, ValueError):
            return f"signal: signal {number}"


KILLED = ExitStatus(-signal.SIGKILL)


def exit_message(request_id: str, status: ExitStatus) -> str:
    if status.code == 0:
        return f"RequestId: {request_id} Error: Runtime exited without providing a reason"
    return f"RequestId: {request_id} Error: Runtime exited with error: {status}"


def timeout_message(request_id: str, timeout_s: float) -> str:
    return f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds"


def response_too_large_message(size_bytes: int, limit_bytes: int) -> str:
    return f"Response payload size ({size_bytes} bytes) exceeded maximum allowed payload size ({limit_bytes} bytes)."


def error_body(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


def error_type_of(body: bytes, fallback: str) -> str:
    """The `errorType` that a runtime reported, or `fallback` when the runtime did not report one."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return fallback
    reported = parsed.get("errorType") if isinstance(parsed, dict) else None
    return reported if isinstance(reported, str) and reported else fallback

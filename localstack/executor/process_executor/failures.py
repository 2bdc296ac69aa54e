"""What an outcome that is no success means to the caller of a function and in its log."""

import time
from dataclasses import dataclass

from process_executor import errors
from process_executor.outcomes import Exited, InitFailed, Outcome, OutOfMemory, Raised, ResponseTooLarge, TimedOut
from process_executor.runtime_api import MAX_RESPONSE_BYTES

OUT_OF_MEMORY = "Runtime.OutOfMemory"


@dataclass(frozen=True)
class Failure:
    """Why an invocation or an initialisation failed: the error for the caller, and what the log says beside it."""

    body: bytes
    error_type: str
    status: str
    log_lines: tuple[str, ...] = ()


def failure_of(outcome: Outcome, request_id: str, timeout_s: float) -> Failure:
    """:param request_id: which invocation failed, or which environment when none was running"""
    match outcome:
        case Raised(body) | InitFailed(body):
            return Failure(body, errors.error_type_of(body, "Unhandled"), "error")
        case ResponseTooLarge(size_bytes):
            message = errors.response_too_large_message(size_bytes, MAX_RESPONSE_BYTES)
            body = errors.error_body(errors.RESPONSE_TOO_LARGE, message)
            return Failure(body, errors.RESPONSE_TOO_LARGE, "error", (message,))
        case TimedOut():
            message = errors.timeout_message(request_id, timeout_s)
            line = f"{_timestamp()} {request_id} Task timed out after {timeout_s:.2f} seconds"
            return Failure(errors.error_body(errors.TIMED_OUT, message), errors.TIMED_OUT, "timeout", (line,))
        case OutOfMemory():
            # The caller sees a killed process, as on AWS; only the log tells why.
            message = errors.exit_message(request_id, errors.KILLED)
            body = errors.error_body(errors.EXIT_ERROR, message)
            return Failure(body, OUT_OF_MEMORY, "error", (message, OUT_OF_MEMORY))
        case Exited(status):
            message = errors.exit_message(request_id, status)
            body = errors.error_body(errors.EXIT_ERROR, message)
            return Failure(body, errors.EXIT_ERROR, "error", (message, errors.EXIT_ERROR))
        case _:
            raise AssertionError(f"{outcome} is no failure")


def _timestamp() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"

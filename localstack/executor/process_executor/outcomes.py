"""What can happen to a runtime process while somebody waits for it."""

from dataclasses import dataclass

from process_executor.errors import ExitStatus


@dataclass(frozen=True)
class Invocation:
    """One call of the function, as the Runtime API hands it over. `deadline_ms` is in milliseconds since 1970."""

    request_id: str
    function_arn: str
    trace_id: str
    deadline_ms: int
    body: bytes


@dataclass(frozen=True)
class Ready:
    """The runtime has loaded the function and asked for its first invocation."""


@dataclass(frozen=True)
class InitFailed:
    """The runtime could not load the function; `body` is its own account of why."""

    body: bytes


@dataclass(frozen=True)
class Responded:
    body: bytes


@dataclass(frozen=True)
class Raised:
    """The function threw; `body` is the error in Lambda's shape."""

    body: bytes


@dataclass(frozen=True)
class ResponseTooLarge:
    size_bytes: int


@dataclass(frozen=True)
class Exited:
    status: ExitStatus


@dataclass(frozen=True)
class OutOfMemory:
    """The function's processes held more than its memory size, and were killed."""

    resident_bytes: int


@dataclass(frozen=True)
class TimedOut:
    """Nothing happened before the deadline; the processes were killed."""


Outcome = Ready | InitFailed | Responded | Raised | ResponseTooLarge | Exited | OutOfMemory | TimedOut

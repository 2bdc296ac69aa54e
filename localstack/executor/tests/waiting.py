import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(
    condition: Callable[[], T], timeout_s: float = 20, message: Callable[[], str] = lambda: "", interval_s: float = 0.05
) -> T:
    """Asks until the answer is true in Python's sense, and gives it back; fails with `message` after the time."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s} s: {message()}")
        time.sleep(interval_s)

import json
import signal

import pytest

from process_executor import errors
from process_executor.errors import ExitStatus


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "exit status 1"),
        (-signal.SIGKILL, "signal: killed"),
        (-signal.SIGSEGV, "signal: segmentation fault"),
        (-signal.SIGABRT, "signal: aborted"),
        (-signal.SIGRTMIN, f"signal: signal {int(signal.SIGRTMIN)}"),
        (-99, "signal: signal 99"),
    ],
)
def test_names_an_exit_as_lambda_does(code: int, words: str) -> None:
    assert str(ExitStatus(code)) == words
    assert errors.exit_message("id", ExitStatus(code)) == f"RequestId: id Error: Runtime exited with error: {words}"


def test_says_that_an_orderly_exit_gives_no_reason() -> None:
    assert errors.exit_message("id", ExitStatus(0)) == "RequestId: id Error: Runtime exited without providing a reason"


def test_gives_the_timeout_in_seconds_with_two_places() -> None:
    assert errors.timeout_message("id", 3) == "RequestId: id Error: Task timed out after 3.00 seconds"


def test_makes_bodies_of_lambdas_shape() -> None:
    body = errors.error_body("Some.Type", 'with "quotes"')
    assert json.loads(body) == {"errorType": "Some.Type", "errorMessage": 'with "quotes"'}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"errorType": "TypeError"}', "TypeError"),
        (b'{"errorType": 7}', "Unhandled"),
        (b"[]", "Unhandled"),
        (b"no json", "Unhandled"),
    ],
)
def test_reads_the_type_that_a_runtime_reported(body: bytes, expected: str) -> None:
    assert errors.error_type_of(body, "Unhandled") == expected

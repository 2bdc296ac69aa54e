"""What reaches CloudWatch Logs."""

from tests.integration.emulator import Emulator
from tests.integration.functions import deploy
from tests.waiting import eventually


def test_an_invocation_is_framed_as_lambda_frames_it(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.echo")
    request_id = function.invoke({"a": 1}).payload["context"]["awsRequestId"]
    function.await_log("REPORT")
    start, output, end, report = function.log_lines()
    assert start == f"START RequestId: {request_id} Version: $LATEST"
    time, logged_id, level, text = output.split("\t")
    assert time.endswith("Z")
    assert (logged_id, level, text) == (request_id, "INFO", "echo { a: 1 }")
    assert end == f"END RequestId: {request_id}"
    assert report.startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "\tInit Duration: " in report


def test_what_is_written_between_invocations_comes_with_the_next(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.later")

    def told() -> bool:
        function.invoke()
        return any("written between invocations" in line for line in function.log_lines())

    eventually(told)


def test_a_stack_trace_is_one_event(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.fail")
    function.invoke()
    line = function.await_log("Invoke Error")
    assert '"errorType":"RangeError"' in line
    assert '"trace":["RangeError: out of range"' in line


def test_a_flood_of_output_is_bounded_and_does_not_stop_the_function(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.chatty", timeout_s=30)
    assert function.invoke({"lines": 30_000}).error is None
    assert "earlier bytes are left out" in function.await_log("earlier bytes are left out")
    assert function.await_log("line 29999")
    assert function.await_log("REPORT")

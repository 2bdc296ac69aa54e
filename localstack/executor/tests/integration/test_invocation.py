"""One function at a time, through the Lambda API of a real LocalStack."""

import os
import signal
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.integration.emulator import Emulator
from tests.integration.functions import PROBE, deploy
from tests.unit.processes import alive, gone
from tests.waiting import eventually


def test_a_function_gets_its_event_its_context_and_its_own_variables(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.echo", timeout_s=7, variables={"MINE": "value", "TZ": "Europe/Madrid"})
    result = function.invoke({"text": "é\U0001f600", "number": 1.5}).payload
    assert result["event"] == {"text": "é\U0001f600", "number": 1.5}
    context = result["context"]
    assert context["functionName"] == function.name
    assert context["invokedFunctionArn"].endswith(f":function:{function.name}")
    assert context["memoryLimitInMB"] == "256"
    assert 6_000 < context["remainingMs"] <= 7_000
    variables = result["environment"]
    assert variables["MINE"] == "value"
    assert variables["TZ"] == "Europe/Madrid"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs24.x"
    assert variables["AWS_ENDPOINT_URL"] == emulator.url
    assert "SECRET_OF_LOCALSTACK" not in variables
    assert not [
        name for name in variables if name.startswith(("PROCESS_EXECUTOR", "LAMBDA_RUNTIME_EXEC", "FILESYSTEM"))
    ]


def test_invocations_one_after_the_other_share_a_process(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.echo")
    results = [function.invoke().payload for _ in range(5)]
    assert [result["invocations"] for result in results] == [1, 2, 3, 4, 5]
    assert len({result["pid"] for result in results}) == 1
    assert len({result["context"]["awsRequestId"] for result in results}) == 5


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("probe.nested.deep.handler", "nested"),
        ("probe.plain", {"not": "a promise"}),
        ("plain.handler", {"cjs": True, "event": {}}),
        ("folder/common.handler", "commonjs"),
    ],
)
def test_finds_handlers_where_lambda_does(emulator: Emulator, handler: str, expected: object) -> None:
    assert deploy(emulator, handler).invoke().payload == expected


def test_what_a_function_throws_is_the_error_of_the_invocation(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.fail")
    result = function.invoke()
    assert result.error == "Unhandled"
    assert result.status == 200
    assert (result.error_type, result.payload["errorMessage"]) == ("RangeError", "out of range")
    assert "probe.mjs" in result.payload["trace"][1]


@pytest.mark.parametrize(
    ("handler", "error_type"),
    [
        ("broken.handler", "TypeError"),
        ("syntax.handler", "Runtime.UserCodeSyntaxError"),
        ("nothere.handler", "Runtime.ImportModuleError"),
        ("probe.nothere", "Runtime.HandlerNotFound"),
        ("probe.notFunction", "Runtime.HandlerNotFound"),
        ("probe.callback", "Runtime.CallbackHandlerDeprecated"),
        ("probe", "Runtime.MalformedHandlerName"),
    ],
)
def test_a_function_that_cannot_be_loaded_says_why(emulator: Emulator, handler: str, error_type: str) -> None:
    result = deploy(emulator, handler).invoke()
    assert (result.error, result.error_type) == ("Unhandled", error_type)


def test_a_failed_initialisation_is_in_the_log(emulator: Emulator) -> None:
    function = deploy(emulator, "broken.handler")
    for _ in range(2):
        assert function.invoke().error_type == "TypeError"
    report = function.await_log("INIT_REPORT")
    assert report.endswith("\tPhase: init\tStatus: error\tError Type: TypeError\t")
    assert function.await_log("Phase: invoke")
    assert "about to break" in function.await_log("about to break")


def test_a_timeout_kills_the_process_and_the_next_invocation_gets_another(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.hang", timeout_s=1)
    first = function.invoke({"ms": 1}).payload["pid"]
    result = function.invoke()
    assert result.error_type == "Sandbox.Timedout"
    assert result.payload["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    eventually(gone([first]))
    assert function.invoke({"ms": 1}).payload["pid"] != first
    assert function.await_log("Task timed out after 1.00 seconds")
    assert "Status: timeout" in function.await_log("Error Type: Sandbox.Timedout")


def test_a_timeout_needs_no_help_of_the_function(emulator: Emulator) -> None:
    assert deploy(emulator, "probe.spin", timeout_s=1).invoke().error_type == "Sandbox.Timedout"


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"code": 3}, "Runtime exited with error: exit status 3"),
        ({"code": 0}, "Runtime exited without providing a reason"),
        ({"signal": "SIGKILL"}, "Runtime exited with error: signal: killed"),
        ({"signal": "SIGSEGV"}, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_a_process_that_ends_fails_its_invocation(emulator: Emulator, event: object, told: str) -> None:
    function = deploy(emulator, "probe.exit")
    result = function.invoke(event)
    assert result.error_type == "Runtime.ExitError"
    assert result.payload["errorMessage"].endswith(told)
    assert function.await_log("last words") == "last words"


def test_an_unhandled_rejection_ends_the_process(emulator: Emulator) -> None:
    result = deploy(emulator, "probe.reject").invoke()
    assert result.error_type == "Runtime.UnhandledPromiseRejection"
    assert "nobody awaits me" in result.payload["errorMessage"]


def test_a_process_that_died_while_idle_is_replaced(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.echo")
    first = function.invoke().payload["pid"]
    os.kill(first, signal.SIGKILL)
    # Gone, but LocalStack may not know it yet.
    eventually(gone([first]), interval_s=0.001)
    result = function.invoke()
    assert result.error is None
    assert result.payload["pid"] != first
    assert result.payload["invocations"] == 1


def test_a_function_cannot_hold_more_than_its_memory(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.eat", memory_mib=192)
    assert function.invoke({"megabytes": 30}).payload == 3
    result = function.invoke({"megabytes": 400})
    assert result.error_type == "Runtime.ExitError"
    assert result.payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert function.await_log("Runtime.OutOfMemory")
    assert function.invoke({"megabytes": 10}).error is None


def test_the_memory_in_the_report_is_measured(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.eat", memory_mib=512)
    used: list[int] = []
    for megabytes in (10, 200):
        function.invoke({"megabytes": megabytes})
        eventually(lambda: len([line for line in function.log_lines() if line.startswith("REPORT")]) > len(used))
        report = [line for line in function.log_lines() if line.startswith("REPORT")][-1]
        assert "\tMemory Size: 512 MB\t" in report
        used.append(int(report.split("Max Memory Used: ")[1].split(" MB")[0]))
    assert 40 < used[0] < 200
    assert used[0] + 100 < used[1] < 400


def test_payloads_have_lambdas_limits_both_ways(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.large", memory_mib=512)
    with pytest.raises(ClientError) as refused:
        function.invoke("x" * (6 * 1024 * 1024))
    assert refused.value.response["Error"]["Code"] == "RequestTooLargeException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    with pytest.raises(ClientError):
        function.invoke("x" * (1024 * 1024), InvocationType="Event")
    assert len(function.invoke({"bytes": 6 * 1024 * 1024}).payload) == 6 * 1024 * 1024
    result = function.invoke({"bytes": 6 * 1024 * 1024 + 99})
    assert result.error_type == "Function.ResponseSizeTooLarge"
    assert "exceeded maximum allowed payload size (6291556 bytes)" in result.payload["errorMessage"]
    assert len(function.invoke({"bytes": 1}).payload) == 1, "the process goes on"


def test_an_asynchronous_invocation_runs(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.echo")
    assert function.invoke({"async": 1}, InvocationType="Event").status == 202
    assert function.await_log("echo { async: 1 }")


def test_a_function_sees_the_mounted_folder(emulator: Emulator, share: Path) -> None:
    function = deploy(emulator, "probe.files")
    mounted = "/mnt/process-executor-test"
    result = function.invoke({"write": f"{mounted}/from-function", "folder": mounted}).payload
    assert "from-function" in result["names"]
    assert (share / "from-function").read_text() == "written by a function"


def test_each_environment_has_its_own_tmp_for_its_life(emulator: Emulator) -> None:
    first, second = deploy(emulator, "probe.files"), deploy(emulator, "probe.files")
    assert first.invoke({"write": "/tmp/mine", "folder": "/tmp"}).payload["names"] == ["mine"]
    assert first.invoke({"folder": "/tmp"}).payload["names"] == ["mine"]
    assert second.invoke({"folder": "/tmp"}).payload["names"] == []
    assert not Path("/tmp/mine").exists()


def test_nothing_that_a_function_started_outlives_it(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.orphan")
    started = function.invoke().payload
    pids = [started["pid"], started["child"]]
    assert all(alive(pid) for pid in pids), "between invocations they live on"
    function.delete()
    eventually(gone(pids))


def test_another_runtime_is_refused_in_words(emulator: Emulator) -> None:
    client = emulator.client("lambda")
    client.create_function(
        FunctionName="test-python",
        Runtime="python3.13",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/tests",
        Code={"ZipFile": PROBE},
    )

    def reason() -> str:
        configuration = client.get_function_configuration(FunctionName="test-python")
        return str(configuration.get("StateReason", "")) if configuration["State"] == "Failed" else ""

    assert "the process executor runs Node.js functions" in eventually(reason)

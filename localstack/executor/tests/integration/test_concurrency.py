"""Several invocations at once, and what ends environments."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.integration.emulator import Emulator
from tests.integration.functions import Function, Result, deploy
from tests.unit.processes import alive, gone
from tests.waiting import eventually


def at_once(count: int, call: Callable[[], Result]) -> list[Result | ClientError]:
    start = threading.Barrier(count)

    def run(_: int) -> Result | ClientError:
        start.wait()
        try:
            return call()
        except ClientError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def results_of(answers: list[Result | ClientError]) -> list[Result]:
    return [answer for answer in answers if isinstance(answer, Result)]


def test_invocations_at_once_have_environments_of_their_own(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.hang")
    # A second round meets idle environments and makes none.
    rounds = [results_of(at_once(6, lambda: function.invoke({"ms": 500}))) for _ in range(2)]
    pids = [{result.payload["pid"] for result in answers} for answers in rounds]
    assert [len(answers) for answers in rounds] == [6, 6]
    assert len(pids[0]) == 6
    assert pids[1] <= pids[0]


def test_reserved_concurrency_throttles(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.hang")
    client = emulator.client("lambda")
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=2)
    answers = at_once(5, lambda: function.invoke({"ms": 1500}))
    refused = [answer for answer in answers if isinstance(answer, ClientError)]
    assert len(results_of(answers)) == 2
    assert {error.response["Error"]["Code"] for error in refused} == {"TooManyRequestsException"}
    assert {error.response["ResponseMetadata"]["HTTPStatusCode"] for error in refused} == {429}
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequests"):
        function.invoke({"ms": 1})
    client.delete_function_concurrency(FunctionName=function.name)
    assert function.invoke({"ms": 1}).error is None


def update_memory(function: Function, memory_mib: int) -> None:
    client = function.emulator.client("lambda")
    client.update_function_configuration(FunctionName=function.name, MemorySize=memory_mib)
    client.get_waiter("function_updated_v2").wait(
        FunctionName=function.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )


def test_an_update_ends_idle_environments_and_the_next_has_the_new_settings(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.echo")
    before = function.invoke().payload
    update_memory(function, 300)
    eventually(gone([before["pid"]]))
    assert function.invoke().payload["context"]["memoryLimitInMB"] == "300"


def test_an_update_lets_a_running_invocation_finish(emulator: Emulator, share: Path) -> None:
    function = deploy(emulator, "probe.hang")
    idle = function.invoke({"ms": 1}).payload["pid"]
    assert alive(idle)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(function.invoke, {"ms": 3000, "begun": "/mnt/process-executor-test/begun"})
        eventually(lambda: (share / "begun").exists())
        update_memory(function, 300)
        result = running.result(20)
    assert result.error is None
    assert result.payload["pid"] == idle
    eventually(gone([idle]))


def test_a_deleted_function_leaves_no_process(emulator: Emulator) -> None:
    function = deploy(emulator, "probe.hang")
    pids = [result.payload["pid"] for result in results_of(at_once(3, lambda: function.invoke({"ms": 300})))]
    function.delete()
    eventually(gone(pids))

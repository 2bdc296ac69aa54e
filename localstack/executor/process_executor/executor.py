"""LocalStack's runtime executor: one execution environment, whose runtime is a process of this machine."""

import logging
import math
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localstack import config
from localstack.runtime import events
from localstack.services.lambda_.invocation.executor_endpoint import ShutdownDuringStartup, StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    InvocationResult,
)
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from process_executor import errors
from process_executor.function_environment import function_environment
from process_executor.function_logs import FunctionLogs
from process_executor.invocation_report import InvocationReport, init_report
from process_executor.outcomes import (
    Exited,
    InitFailed,
    Invocation,
    Outcome,
    OutOfMemory,
    Raised,
    Ready,
    Responded,
    ResponseTooLarge,
    TimedOut,
)
from process_executor.runtime_api import MAX_RESPONSE_BYTES
from process_executor.runtime_process import RuntimeProcess
from process_executor.sandbox import layout_for, mounts_allowed
from process_executor.settings import Settings

LOG = logging.getLogger(__name__)

INIT_TIMEOUT_S = 10.0
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib"""

_LOOPBACK = "127.0.0.1"
_MIB = 1024 * 1024
_HEAP_SHARE = 0.9
_NODE_RUNTIME_PREFIX = "nodejs"


@cache
def _settings() -> Settings:
    return Settings.from_environment()


@dataclass(frozen=True)
class _Failure:
    """Why an invocation or an initialisation failed: the error for the caller, and what the log says beside it."""

    body: bytes
    error_type: str
    status: str
    log_lines: tuple[str, ...] = ()


class ProcessExecutor(RuntimeExecutor):
    """Runs one invocation at a time, which LocalStack's assignment service sees to.

    A function that cannot be loaded does not fail `start`: as on AWS, the first invocation tries again and gets the
    error, and the log with it.
    """

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._variables: dict[str, object] = {}
        self._temporary_folder: Path | None = None
        self._logs = FunctionLogs()
        self._earlier_output = ""
        self._init_duration_ms: float | None = None
        self._runtime: RuntimeProcess | None = None
        self._state_lock = threading.Lock()
        self._stopped = False
        self._busy = False

    # The life of the environment

    def start(self, env_vars: dict[str, str]) -> None:
        self._variables = dict(env_vars)
        self._temporary_folder = Path(tempfile.mkdtemp(prefix="process-executor-tmp-"))
        failure = self._initialise(time.monotonic() + INIT_TIMEOUT_S, request_id=None)
        if self._stopped:
            self._dispose()
            raise ShutdownDuringStartup(f"Environment {self.id} was stopped while it started.")
        if failure is not None:
            LOG.info("%s could not be initialised: %s", self.function_version.qualified_arn, failure.body.decode())
            if self._variables.get("AWS_LAMBDA_INITIALIZATION_TYPE") == InitializationType.provisioned_concurrency:
                # There is no invocation yet that could try again, and the status of the provisioning says so.
                raise StatusErrorException("The function could not be initialised.", payload=failure.body)

    def stop(self) -> None:
        """Ends the environment: at once when LocalStack ends, else after the invocation that it may be running.

        An update or a deletion lets running invocations finish, which AWS promises; their own timeout bounds the wait.
        """
        with self._state_lock:
            self._stopped = True
            if self._busy and not events.infra_stopping.is_set():
                return
        self._dispose()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        with self._state_lock:
            if self._stopped:
                raise ShutdownDuringStartup(f"Environment {self.id} has been stopped.")
            self._busy = True
        try:
            return self._invoke(payload)
        finally:
            with self._state_lock:
                self._busy = False
                stopped = self._stopped
            if stopped:
                self._dispose()

    def _dispose(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.kill()
            runtime.join()
        if self._temporary_folder is not None:
            shutil.rmtree(self._temporary_folder, ignore_errors=True)

    # One invocation

    def _invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        timeout_s = float(self.function_version.config.timeout)
        started = time.monotonic()
        self._earlier_output += self._logs.take()
        invocation = Invocation(
            request_id=request_id,
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
            deadline_ms=int((time.time() + timeout_s) * 1000),
            body=payload["payload"].encode(),
        )
        result = self._run(invocation, started + timeout_s)
        duration_ms = (time.monotonic() - started) * 1000
        failure = result if isinstance(result, _Failure) else None
        logs = str(
            InvocationReport(
                request_id=request_id,
                version=self.function_version.id.qualifier,
                earlier_output=self._earlier_output,
                output=self._logs.take(),
                failure_lines=failure.log_lines if failure else (),
                duration_ms=duration_ms,
                memory_size_mib=self.function_version.config.memory_size,
                peak_memory_bytes=self._runtime.peak_memory_bytes if self._runtime else 0,
                init_duration_ms=self._init_duration_ms,
                status=failure.status if failure else None,
                error_type=failure.error_type if failure else None,
            )
        )
        self._earlier_output, self._init_duration_ms = "", None
        if isinstance(result, _Failure):
            return InvocationResult(request_id, result.body, is_error=True, logs=logs)
        return InvocationResult(request_id, result, is_error=False, logs=logs)

    def _run(self, invocation: Invocation, deadline: float) -> bytes | _Failure:
        # A process that died while idle has not seen the invocation: a new one gets it. Only once, since one that dies
        # as soon as it is ready would go on forever.
        for last_attempt in (False, True):
            if self._runtime is None or self._runtime.ended:
                failure = self._initialise(deadline, invocation.request_id)
                if failure is not None:
                    return failure
            runtime = self._runtime
            assert runtime is not None
            runtime.offer(invocation)
            outcome = runtime.wait(deadline)
            if not isinstance(outcome, Exited) or runtime.api.handed_over or last_attempt:
                break
            LOG.info("The process of %s ended while it was idle (%s).", self.id, outcome.status)
        if isinstance(outcome, Responded):
            return outcome.body
        return self._failure(outcome, invocation.request_id)

    def _failure(self, outcome: Outcome, request_id: str) -> _Failure:
        timeout_s = float(self.function_version.config.timeout)
        match outcome:
            case Raised(body) | InitFailed(body):
                return _Failure(body, errors.error_type_of(body, "Unhandled"), "error")
            case ResponseTooLarge(size_bytes):
                message = errors.response_too_large_message(size_bytes, MAX_RESPONSE_BYTES)
                body = errors.error_body(errors.RESPONSE_TOO_LARGE, message)
                return _Failure(body, errors.RESPONSE_TOO_LARGE, "error", (message,))
            case TimedOut():
                message = errors.timeout_message(request_id, timeout_s)
                line = f"{_timestamp()} {request_id} Task timed out after {timeout_s:.2f} seconds"
                return _Failure(errors.error_body(errors.TIMED_OUT, message), errors.TIMED_OUT, "timeout", (line,))
            case OutOfMemory():
                message = errors.exit_message(request_id, errors.KILLED)
                body = errors.error_body(errors.EXIT_ERROR, message)
                return _Failure(body, "Runtime.OutOfMemory", "error", (message, "Runtime.OutOfMemory"))
            case Exited(status):
                message = errors.exit_message(request_id, status)
                body = errors.error_body(errors.EXIT_ERROR, message)
                return _Failure(body, errors.EXIT_ERROR, "error", (message, errors.EXIT_ERROR))
            case _:
                raise AssertionError(f"{outcome} does not end an invocation")

    # The runtime process

    def _initialise(self, deadline: float, request_id: str | None) -> _Failure | None:
        """Makes a new runtime process and waits until it is ready.

        :param request_id: the invocation that waits for it; None when the environment starts
        :return: why it is not ready; no process is left then
        """
        started = time.monotonic()
        runtime = self._launch()
        outcome = runtime.wait(min(deadline, started + INIT_TIMEOUT_S) if request_id is None else deadline)
        duration_ms = (time.monotonic() - started) * 1000
        if isinstance(outcome, Ready):
            self._init_duration_ms = duration_ms
            return None
        runtime.kill()
        runtime.join()
        failure = self._failure(outcome, request_id or self.id)
        # The lines of an initialisation stand before the START line of the invocation that shows them.
        phase = "init" if request_id is None else "invoke"
        self._earlier_output += self._logs.take()
        self._earlier_output += init_report(duration_ms, phase, failure.status, failure.error_type)
        return failure

    def _launch(self) -> RuntimeProcess:
        function = self.function_version.config
        assert self._temporary_folder is not None and function.code is not None
        layout = layout_for(_settings(), function.code.get_unzipped_code_location(), self._temporary_folder)
        # As Lambda's own start script sets it: a heap that outgrows the memory size is collected before it is killed.
        heap_mib = max(32, math.floor(function.memory_size * _HEAP_SHARE))
        runtime = RuntimeProcess(
            layout=layout,
            temporary_folder=self._temporary_folder,
            memory_limit_bytes=function.memory_size * _MIB,
            logs=self._logs,
            arguments=[layout.node, f"--max-old-space-size={heap_mib}", layout.runtime_file],
            environment=lambda api: function_environment(self._variables, layout, str(function.runtime), api),
        )
        with self._state_lock:
            self._runtime = runtime
            stopped = self._stopped and not self._busy
        if stopped:
            runtime.kill()
        return runtime

    # What LocalStack asks about an environment

    def get_address(self) -> str:
        return _LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return _LOOPBACK

    def get_runtime_endpoint(self) -> str:
        return f"http://{_LOOPBACK}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        return self._earlier_output

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        function = function_version.config
        if not str(function.runtime or "").startswith(_NODE_RUNTIME_PREFIX):
            raise NotImplementedError(
                f"{function_version.qualified_arn} wants the runtime {function.runtime or 'of an image'}: "
                "the process executor runs Node.js functions from .zip files only."
            )
        if function.layers:
            LOG.warning("%s has layers, which the process executor leaves out.", function_version.qualified_arn)
        if function.code is not None:
            function.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing is made for a version but its unpacked code, which LocalStack removes itself."""

    @classmethod
    def validate_environment(cls) -> bool:
        mounts_allowed(_settings())
        return True


def _timestamp() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"

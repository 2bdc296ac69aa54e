"""One runtime process of an environment, from its start to its end: its Runtime API, its output, its memory."""

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from process_executor.errors import ExitStatus
from process_executor.function_logs import FunctionLogs, OutputPump
from process_executor.launcher import END_IN_ORDER
from process_executor.memory import MemoryGauge
from process_executor.outcomes import Exited, Invocation, Outcome, OutOfMemory, TimedOut
from process_executor.runtime_api import RuntimeApi
from process_executor.sandbox import Layout

_MEMORY_SAMPLE_INTERVAL_S = 0.1
_OUTPUT_END_TIMEOUT_S = 5.0


class RuntimeProcess:
    """Starts at once. `wait` tells what happens to it; `kill` ends all its processes and may be called at any time.

    When it has ended it stays so: the environment makes a new one.
    """

    def __init__(
        self,
        layout: Layout,
        temporary_folder: Path,
        memory_limit_bytes: int,
        logs: FunctionLogs,
        arguments: list[str],
        environment: Callable[[str], dict[str, str]],
    ) -> None:
        """:param environment: makes the variables of the process, given host and port of its Runtime API"""
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._memory_limit_bytes = memory_limit_bytes
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.api = RuntimeApi(self._outcomes)
        control_read, self._control_write = os.pipe()
        output_read, output_write = os.pipe()
        variables = environment(self.api.address)
        try:
            self._process = subprocess.Popen(
                layout.launch_command(arguments, variables, layout.task_root, control_read, temporary_folder),
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output_write,
                stderr=output_write,
                pass_fds=[control_read],
                start_new_session=True,
                # Not LocalStack's own folder, which need not be there as long as the function is.
                cwd="/",
            )
        except BaseException:
            os.close(output_read)
            os.close(self._control_write)
            self.api.close()
            raise
        finally:
            os.close(control_read)
            os.close(output_write)
        self._memory = MemoryGauge(self._process.pid)
        self._output = OutputPump(output_read, logs)
        threading.Thread(target=self._await_exit, name="runtime-process", daemon=True).start()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    @property
    def peak_memory_bytes(self) -> int:
        return self._memory.peak_bytes

    def offer(self, invocation: Invocation) -> None:
        self.api.offer(invocation)

    def wait(self, deadline: float) -> Outcome:
        """The next thing that happens, at the latest at `deadline` (of `time.monotonic`).

        Out of memory and out of time end the process. Output written before the outcome is in the logs.
        """
        while True:
            outcome = self._next(deadline)
            if outcome is not None:
                break
        if not self.ended:
            self._memory.sample()
        if isinstance(outcome, OutOfMemory | TimedOut):
            self.kill()
            self.join()
        self._output.drain()
        return outcome

    def kill(self) -> None:
        """Ends all processes of this runtime by SIGKILL, as AWS does. Returns before they are gone; see `join`."""
        with self._lock:
            if self._control_write >= 0:
                with contextlib.suppress(OSError):
                    os.write(self._control_write, END_IN_ORDER)
                os.close(self._control_write)
                self._control_write = -1

    def join(self) -> None:
        """Waits until all processes of this runtime are gone and all they wrote is in the logs."""
        self._ended.wait()

    def _next(self, deadline: float) -> Outcome | None:
        remaining_s = deadline - time.monotonic()
        try:
            return self._outcomes.get(timeout=max(0.0, min(remaining_s, _MEMORY_SAMPLE_INTERVAL_S)))
        except queue.Empty:
            pass
        if self._memory.sample() > self._memory_limit_bytes:
            return OutOfMemory(self._memory.peak_bytes)
        return TimedOut() if time.monotonic() >= deadline else None

    def _await_exit(self) -> None:
        status = ExitStatus(self._process.wait())
        self._output.join(_OUTPUT_END_TIMEOUT_S)
        self.kill()
        self.api.close()
        self._ended.set()
        self._outcomes.put(Exited(status))

"""The lines that Lambda itself adds to a function's log."""

import math
from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True)
class InvocationReport:
    """One invocation as its log tells it. `failure_lines` say what ended it when the function did not."""

    request_id: str
    version: str
    earlier_output: str
    output: str
    failure_lines: tuple[str, ...]
    duration_ms: float
    memory_size_mib: int
    peak_memory_bytes: int
    init_duration_ms: float | None
    status: str | None = None
    error_type: str | None = None

    def __str__(self) -> str:
        return "".join(
            [
                self.earlier_output,
                f"START RequestId: {self.request_id} Version: {self.version}\n",
                self.output,
                *(f"{line}\n" for line in self.failure_lines),
                f"END RequestId: {self.request_id}\n",
                self._report(),
            ]
        )

    def _report(self) -> str:
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {math.ceil(self.duration_ms)} ms",
            f"Memory Size: {self.memory_size_mib} MB",
            f"Max Memory Used: {math.ceil(self.peak_memory_bytes / _MIB)} MB",
        ]
        if self.init_duration_ms is not None:
            fields.append(f"Init Duration: {self.init_duration_ms:.2f} ms")
        if self.status is not None:
            fields.append(f"Status: {self.status}")
        if self.error_type is not None:
            fields.append(f"Error Type: {self.error_type}")
        return "\t".join(fields) + "\t\n"


def init_report(duration_ms: float, phase: str, status: str, error_type: str | None) -> str:
    """The line about an initialisation that failed; one that succeeds shows in the next REPORT line.

    :param phase: `init`, or `invoke` when it was tried again within an invocation
    """
    fields = [f"INIT_REPORT Init Duration: {duration_ms:.2f} ms", f"Phase: {phase}", f"Status: {status}"]
    if error_type is not None:
        fields.append(f"Error Type: {error_type}")
    return "\t".join(fields) + "\t\n"

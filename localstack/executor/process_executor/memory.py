"""How much memory a function's processes hold, from /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def descendants(pid: int) -> Iterator[int]:
    """All processes below `pid`, without `pid` itself. Those that end meanwhile are left out."""
    for child in _children(pid):
        yield child
        yield from descendants(child)


def _children(pid: int) -> list[int]:
    children: list[int] = []
    # A child belongs to the thread that made it.
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(child) for child in listing.read_text().split()]
        except OSError:
            continue
    return children


def resident_bytes(pid: int) -> int:
    """What `pid` holds in memory now; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0


def peak_resident_bytes(pid: int) -> int:
    """The most that `pid` ever held: the kernel's own mark, which no peak between two samples escapes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


class MemoryGauge:
    """Samples the processes below one supervisor and remembers the most that they held together."""

    def __init__(self, supervisor_pid: int) -> None:
        self._supervisor_pid = supervisor_pid
        self.peak_bytes = 0

    def sample(self) -> int:
        """The greater of what all processes hold now and the most that one of them ever held."""
        pids = list(descendants(self._supervisor_pid))
        held = sum(resident_bytes(pid) for pid in pids)
        highest = max((peak_resident_bytes(pid) for pid in pids), default=0)
        sampled = max(held, highest)
        self.peak_bytes = max(self.peak_bytes, sampled)
        return sampled

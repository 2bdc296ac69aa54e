import os
import subprocess
import sys

from process_executor.memory import MemoryGauge, descendants, peak_resident_bytes, resident_bytes


def test_measures_this_process_within_what_the_kernel_says() -> None:
    held = resident_bytes(os.getpid())
    assert held > 1024 * 1024
    assert peak_resident_bytes(os.getpid()) >= held // 2


def test_a_process_that_is_gone_holds_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert resident_bytes(ended.pid) == 0
    assert peak_resident_bytes(ended.pid) == 0
    assert MemoryGauge(ended.pid).sample() == 0


def test_finds_children_and_grandchildren() -> None:
    with subprocess.Popen(
        ["/bin/sh", "-c", "sleep 300 & echo $!; wait"], stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        found = list(descendants(os.getpid()))
        assert parent.pid in found
        assert grandchild in found
        assert list(descendants(parent.pid)) == [grandchild]
        os.killpg(parent.pid, 9)

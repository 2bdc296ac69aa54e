"""Supervision of real processes, with fake runtimes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from process_executor.errors import ExitStatus
from process_executor.function_logs import FunctionLogs
from process_executor.outcomes import Exited, InitFailed, Invocation, Outcome, OutOfMemory, Ready, Responded, TimedOut
from process_executor.runtime_process import RuntimeProcess
from tests.unit.processes import alive, gone, open_descriptors, shared, start
from tests.waiting import eventually

INVOCATION = Invocation("id-1", "arn", "trace", 0, b"{}")
ECHO = "while True:\n    request_id, body = get_next()\n    respond(request_id, body)\n"


def wait(runtime: RuntimeProcess, timeout_s: float = 20) -> Outcome:
    return runtime.wait(time.monotonic() + timeout_s)


def pids_in(path: Path) -> list[int]:
    return eventually(lambda: [int(word) for word in path.read_text().split()] if path.exists() else [])


def test_runs_invocations_until_it_is_killed(tmp_path: Path) -> None:
    runtime = start(tmp_path, ECHO)
    assert wait(runtime) == Ready()
    for _ in range(3):
        runtime.offer(INVOCATION)
        assert wait(runtime) == Responded(b"{}")
    assert not runtime.ended
    runtime.kill()
    runtime.join()
    assert runtime.ended
    assert wait(runtime) == Exited(ExitStatus(-signal.SIGKILL))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("sys.exit(0)", 0),
        ("sys.exit(7)", 7),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    ],
)
def test_tells_how_the_process_ended(tmp_path: Path, script: str, code: int) -> None:
    assert wait(start(tmp_path, script)) == Exited(ExitStatus(code))


def test_tells_that_the_program_could_not_be_started(tmp_path: Path) -> None:
    logs = FunctionLogs()
    runtime = RuntimeProcess(shared(tmp_path), tmp_path / "tmp", 2**30, logs, ["/no/such/program"], lambda _: {})
    assert wait(runtime) == Exited(ExitStatus(126))
    assert "cannot start /no/such/program" in logs.take()


def test_reports_an_initialisation_error(tmp_path: Path) -> None:
    runtime = start(
        tmp_path,
        "api.request('POST', '/2018-06-01/runtime/init/error', b'{}'); api.getresponse().read(); sys.exit(1)",
    )
    assert wait(runtime) == InitFailed(b"{}")
    assert wait(runtime) == Exited(ExitStatus(1))


def test_has_all_output_when_it_tells_an_outcome(tmp_path: Path) -> None:
    logs = FunctionLogs()
    runtime = start(
        tmp_path,
        "request_id, body = get_next()\n"
        "for number in range(500): os.write(1, f'out {number}\\n'.encode()); os.write(2, b'err\\n')\n"
        "respond(request_id, body)\nget_next()\n",
        logs,
    )
    assert wait(runtime) == Ready()
    runtime.offer(INVOCATION)
    assert wait(runtime) == Responded(b"{}")
    lines = logs.take().splitlines()
    assert [line for line in lines if line.startswith("out")] == [f"out {number}" for number in range(500)]
    assert lines.count("err") == 500
    runtime.kill()
    runtime.join()


def test_kills_at_the_deadline_whatever_the_process_does(tmp_path: Path) -> None:
    runtime = start(tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nget_next()\nwhile True: pass\n")
    assert wait(runtime) == Ready()
    runtime.offer(INVOCATION)
    assert wait(runtime, timeout_s=0.2) == TimedOut()
    assert runtime.ended


def test_ends_children_that_have_left_the_process_group(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    runtime = start(
        tmp_path,
        # One child in the group, one in a session of its own, and one whose parent has ended.
        "sleep = ['/bin/sleep', '300']\n"
        "children = [subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)]\n"
        "command = 'setsid sleep 300 >/dev/null 2>&1 & echo $!'\n"
        "orphan = subprocess.run(['/bin/sh', '-c', command], capture_output=True)\n"
        "pids = [child.pid for child in children] + [int(orphan.stdout)]\n"
        f"open({str(pids)!r} + '.new', 'w').write(' '.join(map(str, pids)))\n"
        f"os.rename({str(pids)!r} + '.new', {str(pids)!r})\n"
        "get_next()\n",
    )
    assert wait(runtime) == Ready()
    started = pids_in(pids)
    assert len(started) == 3
    assert all(alive(pid) for pid in started)
    runtime.kill()
    runtime.join()
    eventually(gone(started))


def test_ends_what_the_first_process_left_behind(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    runtime = start(
        tmp_path,
        f"child = subprocess.Popen(['/bin/sleep', '300'], start_new_session=True)\n"
        f"open({str(pids)!r}, 'w').write(str(child.pid))\n",
    )
    assert wait(runtime) == Exited(ExitStatus(0))
    eventually(gone(pids_in(pids)))


def test_kills_a_tree_that_holds_too_much_memory(tmp_path: Path) -> None:
    # Neither process alone has more than the limit.
    limit = 120 * 2**20
    runtime = start(
        tmp_path,
        "child = subprocess.Popen([sys.executable, '-c', 'x = bytearray(70 * 2**20); import time; time.sleep(300)'])\n"
        "get_next()\nx = bytearray(70 * 2**20)\ntime.sleep(300)\n",
        memory_limit_bytes=limit,
    )
    assert wait(runtime) == Ready()
    runtime.offer(INVOCATION)
    outcome = wait(runtime)
    assert isinstance(outcome, OutOfMemory)
    assert outcome.resident_bytes > limit
    assert runtime.ended


def test_sees_a_peak_between_two_samples(tmp_path: Path) -> None:
    runtime = start(
        tmp_path,
        "request_id, body = get_next()\nx = bytearray(100 * 2**20)\ndel x\nrespond(request_id, body)\nget_next()\n",
    )
    assert wait(runtime) == Ready()
    before = runtime.peak_memory_bytes
    runtime.offer(INVOCATION)
    assert wait(runtime) == Responded(b"{}")
    assert runtime.peak_memory_bytes > before + 90 * 2**20
    runtime.kill()
    runtime.join()


def test_gives_the_process_its_variables_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of LocalStack")
    logs = FunctionLogs()
    runtime = start(tmp_path, "print(sorted(os.environ), flush=True)", logs)
    assert wait(runtime) == Exited(ExitStatus(0))
    assert logs.take() in ("['API', 'PATH']\n", "['API', 'LC_CTYPE', 'PATH']\n"), (
        "the fake is a Python, which adds LC_CTYPE"
    )


def test_leaves_no_descriptor_open(tmp_path: Path) -> None:
    def once() -> None:
        runtime = start(tmp_path, ECHO)
        assert wait(runtime) == Ready()
        runtime.kill()
        runtime.join()

    once()
    before = open_descriptors()
    for _ in range(5):
        once()
    eventually(lambda: open_descriptors() <= before, message=lambda: f"{before} before, {open_descriptors()} now")


OWNER = """
import sys, time
from pathlib import Path
sys.path[:0] = {path!r}
from tests.unit.processes import start
folder = Path({folder!r})
(folder / 'tmp').mkdir()
(folder / 'tmp/left').write_text('x')
script = "open({pids!r}, 'w').write(str(os.getpid()) + ' ' + str(os.getppid()))\\nwhile True: time.sleep(1)"
runtime = start(folder, script)
time.sleep(300)
"""


def test_leaves_nothing_when_its_owner_is_killed(tmp_path: Path) -> None:
    """SIGKILL lets the owner do nothing: what it started must notice by itself."""
    pids = tmp_path / "pids"
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(path=sys.path, folder=str(tmp_path), pids=str(pids))], env=os.environ.copy()
    )
    started = pids_in(pids)
    assert all(alive(pid) for pid in started)
    owner.kill()
    owner.wait()
    eventually(gone(started))
    eventually(lambda: not (tmp_path / "tmp").exists())


def test_ends_the_process_when_its_launcher_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    runtime = start(tmp_path, f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\nget_next()\n")
    assert wait(runtime) == Ready()
    process, launcher = pids_in(pids)
    os.kill(launcher, signal.SIGKILL)
    assert wait(runtime) == Exited(ExitStatus(-signal.SIGKILL))
    eventually(gone([process]))

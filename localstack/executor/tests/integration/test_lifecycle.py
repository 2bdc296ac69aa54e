"""Each test has a LocalStack of its own, since it ends it or starts it with other settings."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from process_executor.listening import listening_sockets, reachable_from_elsewhere
from tests.integration.emulator import Emulator
from tests.integration.functions import deploy
from tests.unit.processes import alive, gone
from tests.waiting import eventually

Start = Callable[..., Emulator]


@pytest.fixture
def start(tmp_path: Path, node: Path) -> Iterator[Start]:
    started: list[Emulator] = []

    def begin(prefix: tuple[str, ...] = (), **settings: str) -> Emulator:
        emulator = Emulator(
            tmp_path / f"localstack-{len(started)}", {"PROCESS_EXECUTOR_NODE": str(node), **settings}, prefix
        )
        started.append(emulator)
        return emulator

    yield begin
    for emulator in started:
        emulator.kill()


def test_nothing_outlives_a_killed_localstack(start: Start) -> None:
    emulator = start()
    emulator.await_ready()
    started = deploy(emulator, "probe.orphan").invoke().payload
    pids = [started["pid"], started["child"]]
    assert all(alive(pid) for pid in pids)
    emulator.kill()
    eventually(gone(pids))


def test_localstack_listens_on_the_loopback_only_and_ends_its_functions_in_order(start: Start, tmp_path: Path) -> None:
    # Long after the test, so that nothing but the end of LocalStack ends them.
    emulator = start(LAMBDA_KEEPALIVE_MS="600000")
    emulator.await_ready()
    pid = deploy(emulator, "probe.echo").invoke().payload["pid"]
    emulator.client("sqs").create_queue(QueueName="q")
    sockets = listening_sockets(emulator.process.pid)
    assert ("127.0.0.1", emulator.port) in sockets
    assert len(sockets) == 2, "the gateway and one Runtime API"
    assert reachable_from_elsewhere(sockets) == []
    emulator.stop()
    assert emulator.process.returncode == 0
    eventually(gone([pid]))
    assert list((emulator.folder / "tmp").glob("process-executor-*")) == []


def test_idle_environments_end_after_the_keepalive(start: Start) -> None:
    emulator = start(LAMBDA_KEEPALIVE_MS="1000")
    emulator.await_ready()
    function = deploy(emulator, "probe.echo")
    first = function.invoke().payload["pid"]
    eventually(gone([first]))
    assert function.invoke().payload["pid"] != first


def test_a_bad_setting_stops_the_start(start: Start) -> None:
    emulator = start(GATEWAY_LISTEN="0.0.0.0:4566")
    assert emulator.process.wait(60) != 0
    assert "Set GATEWAY_LISTEN=127.0.0.1:4566" in emulator.log()


def test_without_the_right_to_mount_functions_run_all_the_same(start: Start, tmp_path: Path) -> None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv, which takes the right to mount away, is not installed")
    # Without CAP_SYS_ADMIN, unshare and mount are refused, as they are to users other than root.
    prefix = (setpriv, "--bounding-set=-sys_admin", "--inh-caps=-sys_admin")
    subprocess.run([*prefix, "true"], check=True)
    share = tmp_path / "share"
    share.mkdir()
    emulator = start(prefix, PROCESS_EXECUTOR_MOUNTS=f'{{"/mnt/process-executor-test": "{share}"}}')
    emulator.await_ready()
    function = deploy(emulator, "probe.files")
    assert function.invoke({"write": f"{share}/here", "folder": str(share)}).payload["names"] == ["here"]
    variables = deploy(emulator, "probe.echo").invoke().payload["environment"]
    assert Path(variables["TMPDIR"]).is_dir()
    assert f"Name {share} in a function's settings (FI_STORE_DIR)" in emulator.log()

"""Private mounts, with real namespaces. Where the machine refuses them, these tests say so and are skipped."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from process_executor import sandbox
from process_executor.errors import ExitStatus
from process_executor.function_environment import function_environment
from process_executor.function_logs import FunctionLogs
from process_executor.outcomes import Exited
from process_executor.runtime_process import RuntimeProcess
from process_executor.sandbox import layout_for, mounts_allowed, private_layout, shared_layout
from process_executor.settings import Mount, Settings

TARGET = "/mnt/process-executor-test"


@pytest.fixture
def settings(node: Path, tmp_path: Path) -> Settings:
    share = tmp_path / "share"
    share.mkdir()
    return Settings(node=node, mounts=(Mount(TARGET, share),))


def run_node(settings: Settings, tmp_path: Path, script: str) -> tuple[ExitStatus, str]:
    if not mounts_allowed(settings):
        pytest.skip("this machine refuses private mount namespaces")
    code, temporary = tmp_path / "code", tmp_path / "tmp"
    code.mkdir()
    temporary.mkdir()
    (code / "index.js").write_text(script)
    layout = private_layout(settings, code, temporary)
    logs = FunctionLogs()
    runtime = RuntimeProcess(
        layout,
        temporary,
        2**30,
        logs,
        [layout.node, f"{layout.task_root}/index.js"],
        lambda api: function_environment({"MINE": 1}, layout, "nodejs24.x", api),
    )
    outcome = runtime.wait(time.monotonic() + 20)
    assert isinstance(outcome, Exited)
    return outcome.status, logs.take()


def test_a_function_sees_its_mounts_and_its_own_tmp(settings: Settings, tmp_path: Path) -> None:
    (settings.mounts[0].source / "of-the-host").write_text("from outside")
    status, output = run_node(
        settings,
        tmp_path,
        f"""
        const fs = require('node:fs'), os = require('node:os');
        fs.writeFileSync('{TARGET}/of-the-function', 'from inside');
        fs.writeFileSync(os.tmpdir() + '/mine', 'x');
        console.log(fs.readFileSync('{TARGET}/of-the-host', 'utf8'), fs.readdirSync('/tmp').join(), process.cwd());
        """,
    )
    assert (status, output) == (ExitStatus(0), "from outside mine /var/task\n")
    assert (settings.mounts[0].source / "of-the-function").read_text() == "from inside"
    assert (tmp_path / "tmp/mine").exists()
    assert not Path("/tmp/mine").exists()


def test_its_code_and_runtime_are_read_only(settings: Settings, tmp_path: Path) -> None:
    _, output = run_node(
        settings,
        tmp_path,
        """
        for (const folder of ['/var/task', '/var/runtime', '/var/lang/bin']) {
          try { require('node:fs').writeFileSync(folder + '/x', ''); console.log('written'); }
          catch (error) { console.log(error.code); }
        }
        """,
    )
    assert output == "EROFS\n" * 3


def test_mounts_are_seen_by_the_function_only(settings: Settings, tmp_path: Path) -> None:
    _, output = run_node(settings, tmp_path, "console.log(require('node:fs').readFileSync('/proc/mounts', 'utf8'))")
    assert TARGET in output
    assert TARGET not in Path("/proc/mounts").read_text()


def test_gives_lambdas_variables(settings: Settings, tmp_path: Path) -> None:
    _, output = run_node(
        settings, tmp_path, "const { AWS_LAMBDA_RUNTIME_API, ...rest } = process.env; console.log(JSON.stringify(rest))"
    )
    assert json.loads(output) == {
        "MINE": "1",
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "LANG": "en_US.UTF-8",
        "NODE_PATH": "/var/task/node_modules",
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
    }


def test_without_mounts_the_paths_are_the_machines_own(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A program in the place of the launcher that is refused as a process without the right is."""
    refusing = tmp_path / "refusing.py"
    refusing.write_text("import sys; print('cannot make a private mount namespace: not permitted'); sys.exit(126)")
    monkeypatch.setattr(sandbox, "LAUNCHER", refusing)
    mounts_allowed.cache_clear()
    try:
        assert layout_for(settings, tmp_path, tmp_path) == shared_layout(settings, tmp_path, tmp_path)
        assert mounts_allowed(settings) is False
    finally:
        mounts_allowed.cache_clear()
    assert len(caplog.records) == 1, "tried once, told once"
    told = caplog.records[0].getMessage()
    assert "not permitted" in told
    assert f"Name {settings.mounts[0].source}" in told
    assert "FI_STORE_DIR" in told


def test_the_shared_layout_mounts_nothing(settings: Settings, tmp_path: Path) -> None:
    layout = shared_layout(settings, tmp_path / "code", tmp_path / "tmp")
    assert layout.mounts is None
    assert layout.task_root == str(tmp_path / "code")
    output = subprocess.run([layout.node, "--check", layout.runtime_file], check=True, capture_output=True)
    assert output.returncode == 0

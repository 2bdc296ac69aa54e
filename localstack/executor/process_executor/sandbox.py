"""Where a function finds things: at Lambda's own paths where the machine allows private mounts, else where they are."""

import json
import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from process_executor.settings import Mount, Settings

LOG = logging.getLogger(__name__)
LAUNCHER = Path(__file__).with_name("launcher.py")
RUNTIME_FOLDER = Path(__file__).parent / "runtime"
RUNTIME_FILE = "runtime.mjs"

TASK_ROOT = "/var/task"
RUNTIME_ROOT = "/var/runtime"
NODE_ROOT = "/var/lang/bin"
TEMPORARY_ROOT = "/tmp"
_PROBE_TIMEOUT_S = 20


@dataclass(frozen=True)
class Layout:
    """The paths as a function sees them, and the mounts that make them so; without mounts they are the machine's."""

    task_root: str
    runtime_root: str
    node: str
    temporary_folder: str
    mounts: tuple[tuple[Mount, bool], ...] | None

    @property
    def runtime_file(self) -> str:
        return f"{self.runtime_root}/{RUNTIME_FILE}"

    def launch_command(
        self, arguments: list[str], variables: Iterable[str], folder: str, control_fd: int, temporary_folder: Path
    ) -> list[str]:
        """The command that starts `arguments` through the launcher, whose docstring describes the members."""
        specification = {
            "command": arguments,
            "variables": sorted(variables),
            "folder": folder,
            "controlFd": control_fd,
            "temporaryFolder": str(temporary_folder),
            "mounts": None
            if self.mounts is None
            else [
                {"source": str(mount.source), "target": mount.target, "readOnly": read_only}
                for mount, read_only in self.mounts
            ],
        }
        return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(specification)]


def private_layout(settings: Settings, code: Path, temporary_folder: Path) -> Layout:
    """Lambda's paths: its own /tmp, the code read-only at /var/task, and the folders that the settings mount."""
    # /tmp comes first: what is mounted below it afterwards is mounted in the function's own.
    mounts = [
        (Mount(TEMPORARY_ROOT, temporary_folder), False),
        (Mount(TASK_ROOT, code), True),
        (Mount(RUNTIME_ROOT, RUNTIME_FOLDER), True),
        (Mount(NODE_ROOT, settings.node.parent), True),
        *((mount, False) for mount in settings.mounts),
    ]
    return Layout(
        task_root=TASK_ROOT,
        runtime_root=RUNTIME_ROOT,
        node=f"{NODE_ROOT}/{settings.node.name}",
        temporary_folder=TEMPORARY_ROOT,
        mounts=tuple(mounts),
    )


def shared_layout(settings: Settings, code: Path, temporary_folder: Path) -> Layout:
    """This machine's own paths, for where private mounts are not allowed."""
    return Layout(
        task_root=str(code),
        runtime_root=str(RUNTIME_FOLDER),
        node=str(settings.node),
        temporary_folder=str(temporary_folder),
        mounts=None,
    )


def layout_for(settings: Settings, code: Path, temporary_folder: Path) -> Layout:
    choose = private_layout if mounts_allowed(settings) else shared_layout
    return choose(settings, code, temporary_folder)


@cache
def mounts_allowed(settings: Settings) -> bool:
    """Whether functions get private mounts: tried once, by running the node of the settings in the very mounts."""
    folder = Path(tempfile.mkdtemp(prefix="process-executor-probe-"))
    try:
        layout = private_layout(settings, code=folder, temporary_folder=folder)
        # The launcher's own standard input stands in for the control pipe; it must stay open while node runs.
        command = layout.launch_command([layout.node, "--version"], [], "/", 0, folder)
        probe = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert probe.stdin is not None and probe.stdout is not None
        with probe:
            try:
                returncode = probe.wait(_PROBE_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                probe.kill()
                raise
            output = probe.stdout.read().decode("utf-8", "replace").strip()
    except (OSError, subprocess.SubprocessError) as error:
        returncode, output = -1, str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if returncode == 0:
        return True
    LOG.warning(
        "This machine refuses private mounts (%s): functions share its /tmp and see its folders by their own paths. %s",
        output,
        " ".join(
            f"Name {mount.source} in a function's settings (FI_STORE_DIR), since it is not mounted at {mount.target}."
            for mount in settings.mounts
        ),
    )
    return False

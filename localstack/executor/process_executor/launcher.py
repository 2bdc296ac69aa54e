"""A small program between LocalStack and a function's processes: `python -I -S launcher.py SPEC`.

It stands between them because LocalStack can't do these things itself, having many threads:
- enter a private mount namespace, which is refused to a process with threads;
- outlive LocalStack for a moment: when LocalStack goes, by whatever signal, the control pipe closes and all is killed;
- be the one to whom processes fall whose parent has ended, so that none is left over when the function ends.

It ends as the function's first process did: with its exit status, or by its signal. Nothing but the standard library is
imported, since it starts anew with each process of a function.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from typing import Any

CLONE_NEWNS = 0x00020000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36

LAUNCH_FAILED = 126
"""The exit status when the function could not be started at all, as shells use it."""

END_IN_ORDER = b"."
"""What LocalStack writes before it closes the control pipe; without it, a closed pipe means that LocalStack died."""

_libc = ctypes.CDLL(None, use_errno=True)


def main(spec: dict[str, Any]) -> int:
    """Runs `spec` to its end and returns the wait status of the function's first process.

    The members of `spec` are written by `sandbox.py`: `command`, `variables` (the names of those that it gets),
    `folder` (to start in), `controlFd`, `mounts` (`source`, `target`, `readOnly`) or null for no namespace, and
    `temporaryFolder`, which is removed when LocalStack died.
    """
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become the reaper of orphans")
    temporary_parent = os.open(os.path.dirname(spec["temporaryFolder"]), os.O_PATH | os.O_DIRECTORY)  # noqa: PTH120
    if spec["mounts"] is not None:
        enter_private_namespace(spec["mounts"])
    os.set_inheritable(spec["controlFd"], False)
    wakeup_read, wakeup_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = _start(spec)
    status, in_order = _supervise(child, spec["controlFd"], wakeup_read)
    if not in_order:
        # By the descriptor of its parent: the mounts may have covered the path.
        shutil.rmtree(os.path.basename(spec["temporaryFolder"]), ignore_errors=True, dir_fd=temporary_parent)  # noqa: PTH119
    return status


def enter_private_namespace(mounts: list[dict[str, Any]]) -> None:
    """Binds each `source` at its `target`, seen by this process and its children only.

    :raises OSError: when the machine does not allow it
    """
    _check(_libc.unshare(CLONE_NEWNS), "make a private mount namespace")
    _mount(None, "/", MS_REC | MS_PRIVATE)
    # Opened before the first mount: one mount may cover the path that leads to the source of another.
    sources = [os.open(mount["source"], os.O_PATH | os.O_DIRECTORY) for mount in mounts]
    for mount, source in zip(mounts, sources, strict=True):
        target = mount["target"]
        os.makedirs(target, exist_ok=True)  # noqa: PTH103
        _mount(f"/proc/self/fd/{source}", target, MS_BIND | MS_REC)
        if mount["readOnly"]:
            _mount(None, target, MS_BIND | MS_REMOUNT | MS_RDONLY)
        os.close(source)


def _mount(source: str | None, target: str, flags: int) -> None:
    encoded = None if source is None else source.encode()
    _check(_libc.mount(encoded, target.encode(), None, ctypes.c_ulong(flags), None), f"mount at {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot {what}: {os.strerror(number)}")


def _start(spec: dict[str, Any]) -> int:
    launcher = os.getpid()
    child = os.fork()
    if child != 0:
        return child
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        # Should the launcher itself be killed. It has one thread, which is what this signal hangs on.
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != launcher:
            os._exit(LAUNCH_FAILED)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(spec["folder"])
        # Python adds LC_CTYPE to its own environment where it does not like the locale.
        variables = {name: os.environ[name] for name in spec["variables"]}
        os.execve(spec["command"][0], spec["command"], variables)
    except (OSError, KeyError) as error:
        print(f"process-executor: cannot start {spec['command'][0]} in {spec['folder']}: {error}", file=sys.stderr)
    finally:
        os._exit(LAUNCH_FAILED)


def _supervise(child: int, control: int, wakeup: int) -> tuple[int, bool]:
    """Waits until the child ends or is to end, then ends whatever is left. Says also whether LocalStack lives."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wakeup, select.POLLIN)
    status, in_order, ended = 0, True, False
    while not ended:
        for descriptor, _ in poll.poll():
            if descriptor == control:
                in_order = os.read(control, 1) == END_IN_ORDER
                poll.unregister(control)
                os.kill(child, signal.SIGKILL)
            else:
                os.read(wakeup, 512)
        for pid, wait_status in _reap():
            if pid == child:
                status, ended = wait_status, True
    _kill_the_rest(child)
    return status, in_order


def _reap() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, wait_status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, wait_status


def _kill_the_rest(child: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    # Processes in groups of their own: each that ends hands its children to us, until there are none.
    children = f"/proc/self/task/{os.getpid()}/children"
    while True:
        try:
            with open(children) as listing:  # noqa: PTH123
                left = [int(pid) for pid in listing.read().split()]
        except OSError:
            return
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _end_as(status: int) -> None:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.set_wakeup_fd(-1)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    sys.stdout.flush()
    os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else LAUNCH_FAILED)


if __name__ == "__main__":
    try:
        _end_as(main(json.loads(sys.argv[1])))
    except OSError as failure:
        print(f"process-executor: {failure}", file=sys.stderr)
        sys.exit(LAUNCH_FAILED)

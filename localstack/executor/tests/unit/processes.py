"""Fake runtimes: Python scripts in the place of Node, started through the real launcher."""

import sys
from collections.abc import Callable
from pathlib import Path

from process_executor.function_logs import FunctionLogs
from process_executor.runtime_process import RuntimeProcess
from process_executor.sandbox import Layout

# What a runtime does at the least, in Python's standard library.
PRELUDE = """
import http.client, json, os, signal, subprocess, sys, time
api = http.client.HTTPConnection(os.environ['API'])
def get_next():
    api.request('GET', '/2018-06-01/runtime/invocation/next')
    response = api.getresponse()
    body = response.read()
    return response.getheader('Lambda-Runtime-Aws-Request-Id'), body
def respond(request_id, body, what='response'):
    api.request('POST', f'/2018-06-01/runtime/invocation/{request_id}/{what}', body)
    api.getresponse().read()
"""


def shared(folder: Path) -> Layout:
    return Layout(
        task_root=str(folder), runtime_root=str(folder), node=sys.executable, temporary_folder=str(folder), mounts=None
    )


def start(
    folder: Path, script: str, logs: FunctionLogs | None = None, memory_limit_bytes: int = 2**30
) -> RuntimeProcess:
    return RuntimeProcess(
        layout=shared(folder),
        temporary_folder=folder / "tmp",
        memory_limit_bytes=memory_limit_bytes,
        logs=logs or FunctionLogs(),
        arguments=[sys.executable, "-I", "-S", "-c", PRELUDE + script],
        environment=lambda address: {"API": address, "PATH": "/usr/bin:/bin"},
    )


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pids: list[int]) -> Callable[[], bool]:
    return lambda: not any(alive(pid) for pid in pids)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))

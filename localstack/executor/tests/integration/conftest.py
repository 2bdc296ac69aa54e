from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.emulator import Emulator


@pytest.fixture(scope="session")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this machine that functions see at /mnt/share."""
    return tmp_path_factory.mktemp("share")


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, node: Path, share: Path) -> Iterator[Emulator]:
    """One LocalStack for all tests that do not end it."""
    started = Emulator(
        tmp_path_factory.mktemp("localstack"),
        {"PROCESS_EXECUTOR_NODE": str(node), "PROCESS_EXECUTOR_MOUNTS": f'{{"/mnt/process-executor-test": "{share}"}}'},
    )
    try:
        started.await_ready()
        yield started
    finally:
        started.stop()

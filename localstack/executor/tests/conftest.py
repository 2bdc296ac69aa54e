"""`PROCESS_EXECUTOR_NODE` names the Node that runs functions in the tests; else it is the repository's, or PATH's."""

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def node() -> Path:
    own = Path(__file__).parents[3] / "node_modules/node/bin/node"
    named = os.environ.get("PROCESS_EXECUTOR_NODE") or (str(own) if own.exists() else shutil.which("node"))
    assert named, "These tests run functions: set PROCESS_EXECUTOR_NODE to the path of a Node binary."
    return Path(named).resolve()

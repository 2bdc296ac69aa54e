"""What the environment of the LocalStack process says about this executor."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NODE_VARIABLE = "PROCESS_EXECUTOR_NODE"
MOUNTS_VARIABLE = "PROCESS_EXECUTOR_MOUNTS"


class InvalidSetting(Exception):
    """A setting cannot be used; the message names it and says what to write instead."""


@dataclass(frozen=True)
class Mount:
    """A folder of this machine that a function sees at another path, as it sees an EFS access point on AWS."""

    target: str
    source: Path


@dataclass(frozen=True)
class Settings:
    """`node` runs every function; `mounts` are bound in each function's private mount namespace."""

    node: Path
    mounts: tuple[Mount, ...]

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads and checks the settings, so that a mistake stops LocalStack's start instead of each invocation.

        :raises InvalidSetting: when a setting is missing, malformed, or names what does not exist
        """
        return Settings(node=_node(environment), mounts=_mounts(environment.get(MOUNTS_VARIABLE, "")))


def _node(environment: Mapping[str, str]) -> Path:
    named = environment.get(NODE_VARIABLE, "")
    found = named or shutil.which("node", path=environment.get("PATH"))
    if not found:
        raise InvalidSetting(f"There is no node on PATH: set {NODE_VARIABLE} to the absolute path of a Node binary.")
    node = Path(found)
    if not node.is_absolute() or not node.is_file() or not os.access(node, os.X_OK):
        raise InvalidSetting(f"{NODE_VARIABLE} must be the absolute path of a Node binary; it is {found!r}.")
    # Without links: the folder that holds the real binary is what a function's private namespace is given.
    return node.resolve()


def _mounts(raw: str) -> tuple[Mount, ...]:
    if not raw.strip():
        return ()
    shape = f'{MOUNTS_VARIABLE} must be a JSON object such as {{"/mnt/store": "/srv/store"}}'
    try:
        parsed = json.loads(raw)
    except ValueError as error:
        raise InvalidSetting(f"{shape}: {error}") from error
    if not isinstance(parsed, dict):
        raise InvalidSetting(f"{shape}; it is {raw!r}.")
    return tuple(_mount(target, source, shape) for target, source in parsed.items())


def _mount(target: str, source: object, shape: str) -> Mount:
    if not target.startswith("/") or os.path.normpath(target) != target or target == "/":
        raise InvalidSetting(f"{shape}: {target!r} is not an absolute, plain path below the root.")
    if not isinstance(source, str) or not Path(source).is_absolute() or not Path(source).is_dir():
        raise InvalidSetting(f"{shape}: {source!r}, for {target}, is not the absolute path of a folder.")
    return Mount(target=target, source=Path(source))

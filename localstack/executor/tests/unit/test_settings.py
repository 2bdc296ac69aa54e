import json
from pathlib import Path

import pytest

from process_executor.settings import InvalidSetting, Mount, Settings


def environment(node: Path, mounts: str = "") -> dict[str, str]:
    return {"PROCESS_EXECUTOR_NODE": str(node), "PROCESS_EXECUTOR_MOUNTS": mounts}


def test_reads_node_without_its_links_and_the_mounts(tmp_path: Path, node: Path) -> None:
    link = tmp_path / "node"
    link.symlink_to(node)
    settings = Settings.from_environment(environment(link, json.dumps({"/mnt/store": str(tmp_path)})))
    assert settings == Settings(node=node, mounts=(Mount("/mnt/store", tmp_path),))


def test_takes_node_from_path_when_it_is_not_named(node: Path) -> None:
    assert Settings.from_environment({"PATH": str(node.parent)}).node == node


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PATH": "/nowhere"}, "PROCESS_EXECUTOR_NODE"),
        ({"PROCESS_EXECUTOR_NODE": "bin/node"}, "absolute path of a Node binary"),
        ({"PROCESS_EXECUTOR_NODE": "/nowhere/node"}, "/nowhere/node"),
        ({"PROCESS_EXECUTOR_MOUNTS": "/mnt=/srv"}, "JSON object"),
        ({"PROCESS_EXECUTOR_MOUNTS": '["/mnt"]'}, "JSON object"),
        ({"PROCESS_EXECUTOR_MOUNTS": '{"mnt": "/tmp"}'}, "'mnt' is not an absolute"),
        ({"PROCESS_EXECUTOR_MOUNTS": '{"/mnt/../etc": "/tmp"}'}, "plain path"),
        ({"PROCESS_EXECUTOR_MOUNTS": '{"/": "/tmp"}'}, "below the root"),
        ({"PROCESS_EXECUTOR_MOUNTS": '{"/mnt/store": "/no/such/folder"}'}, "/no/such/folder"),
        ({"PROCESS_EXECUTOR_MOUNTS": '{"/mnt/store": 7}'}, "7"),
    ],
)
def test_says_what_is_wrong_with_a_setting(variables: dict[str, str], told: str, node: Path) -> None:
    defaults = {"PATH": "/nowhere"} if "PATH" in variables else {"PROCESS_EXECUTOR_NODE": str(node)}
    with pytest.raises(InvalidSetting, match=told.replace("(", r"\(")):
        Settings.from_environment(defaults | variables)

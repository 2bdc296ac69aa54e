"""The environment variables that a function's processes get, and no others."""

from collections.abc import Mapping

from process_executor.sandbox import Layout

# LocalStack's own talk with the program that it puts into its containers; nothing in a process listens to it.
_INTERNAL = frozenset({"LOCALSTACK_RUNTIME_ID", "LOCALSTACK_RUNTIME_ENDPOINT", "LOCALSTACK_FUNCTION_ACCOUNT_ID"})

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def function_environment(
    variables: Mapping[str, object], layout: Layout, runtime: str, runtime_api: str
) -> dict[str, str]:
    """LocalStack's variables for this function, with the paths of `layout`, and what a process can't do without.

    Nothing comes from LocalStack's own environment: its credentials and settings are none of the function's business.

    :param runtime: the runtime's identifier, e.g. `nodejs24.x`
    :param runtime_api: host and port of the Runtime API
    """
    basics = {
        "PATH": f"{layout.node.rpartition('/')[0]}:{_SYSTEM_PATH}",
        "HOME": layout.temporary_folder,
        "TMPDIR": layout.temporary_folder,
        "LANG": "en_US.UTF-8",
        "NODE_PATH": f"{layout.task_root}/node_modules",
    }
    given = {name: str(value) for name, value in variables.items() if name not in _INTERNAL}
    fixed = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_TASK_ROOT": layout.task_root,
        "LAMBDA_RUNTIME_DIR": layout.runtime_root,
    }
    return basics | given | fixed

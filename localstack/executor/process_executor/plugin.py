"""What LocalStack finds by this package's entry points. Each loads what it names only when it is wanted."""

from typing import Any

from localstack.runtime.server.core import RuntimeServer, RuntimeServerPlugin
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """`LAMBDA_RUNTIME_EXECUTOR=process`"""

    name = "process"

    def load(self, *args: Any, **kwargs: Any) -> Any:
        from process_executor.executor import ProcessExecutor

        return ProcessExecutor


class LoopbackServerPlugin(RuntimeServerPlugin):
    """`GATEWAY_SERVER=loopback`, which `hooks.configure` sets."""

    name = "loopback"

    def load(self, *args: Any, **kwargs: Any) -> RuntimeServer:
        from process_executor.loopback_server import LoopbackServer

        return LoopbackServer()  # type: ignore[no-untyped-call]

"""What happens at LocalStack's start when it runs functions by this package."""

import logging

from localstack import config
from localstack.runtime import hooks

LOG = logging.getLogger(__name__)


def _chosen() -> bool:
    return config.LAMBDA_RUNTIME_EXECUTOR == "process"


@hooks.on_runtime_create()
def configure() -> None:
    """Checks the settings and mends LocalStack before it is made of its parts. An exception here stops the start."""
    if not _chosen():
        return
    from process_executor import patching

    patching.require_supported_version()
    from process_executor import assignment, loopback_server, payload_limit, sqs_mapping
    from process_executor.settings import Settings

    Settings.from_environment()
    loopback_server.refuse_other_addresses(config.GATEWAY_LISTEN)
    config.GATEWAY_SERVER = "loopback"
    # Its DNS server answers on every address, and nothing here asks it: functions get addresses, not names.
    config.DNS_ADDRESS = "0"
    assignment.apply()
    payload_limit.apply()
    sqs_mapping.apply()


@hooks.on_runtime_ready()
def check_listening() -> None:
    """Ends LocalStack when, after all, something of it can be reached from another machine."""
    if not _chosen():
        return
    from localstack.runtime.current import get_current_runtime

    from process_executor.listening import listening_sockets, reachable_from_elsewhere

    reachable = reachable_from_elsewhere(listening_sockets())
    if reachable:
        LOG.error(
            "LocalStack listens on %s, where other machines reach it, and checks no credentials. It is ended; "
            "find which service opened that port and leave it out (SERVICES).",
            ", ".join(f"{address}:{port}" for address, port in reachable),
        )
        get_current_runtime().exit(1)

"""LocalStack's gateway on the loopback only.

LocalStack's own server gives Twisted the port of each GATEWAY_LISTEN entry and leaves out its IPv4 host ("TODO:
interface = host?" in `TwistedRuntimeServer.register`): Twisted then binds every address. This one passes the host on.
"""

import ipaddress
from typing import Any

from localstack import config
from localstack.aws.serving.twisted import TLSMultiplexerFactory
from localstack.config import HostAndPort
from localstack.runtime.server.twisted import TwistedRuntimeServer
from rolo.gateway import Gateway
from rolo.serving.twisted import TwistedGateway
from twisted.internet import endpoints, reactor, ssl

from process_executor.patching import require

require(TwistedRuntimeServer, "register", "self", "gateway", "listen", "ssl_creds")


class NotLoopback(Exception):
    """GATEWAY_LISTEN names an address that others can reach."""


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_other_addresses(listen: list[HostAndPort]) -> None:
    """:raises NotLoopback: LocalStack asks nobody for credentials, so whoever reaches it may do everything"""
    for entry in listen:
        if not is_loopback(entry.host):
            raise NotLoopback(
                f"GATEWAY_LISTEN names {entry}: LocalStack checks no credentials and is served on the loopback only. "
                f"Set GATEWAY_LISTEN=127.0.0.1:{entry.port}."
            )


class LoopbackServer(TwistedRuntimeServer):
    def register(self, gateway: Gateway, listen: list[HostAndPort], ssl_creds: tuple[str, str] | None = None) -> None:
        refuse_other_addresses(listen)
        factory: Any = TwistedGateway(gateway)
        if ssl_creds:
            certificate_file, key_file = ssl_creds
            context: Any = ssl.DefaultOpenSSLContextFactory(key_file, certificate_file)
            context.getContext().use_certificate_chain_file(certificate_file)
            factory = TLSMultiplexerFactory(context, False, factory)
        for entry in listen:
            ipv6 = config.is_ipv6_address(entry.host)
            endpoint = endpoints.TCP6ServerEndpoint if ipv6 else endpoints.TCP4ServerEndpoint
            host = "127.0.0.1" if entry.host == "localhost" else entry.host
            endpoint(reactor, entry.port, interface=host).listen(factory)  # type: ignore[no-untyped-call]

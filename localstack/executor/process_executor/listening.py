"""Which addresses a process listens on, from /proc."""

import ipaddress
import struct
from collections.abc import Iterator
from pathlib import Path

_LISTEN = "0A"


def listening_sockets(pid: int | str = "self") -> list[tuple[str, int]]:
    """Address and port of every TCP socket on which this process (or one that shares its network) listens."""
    own = set(_socket_inodes(pid))
    found: list[tuple[str, int]] = []
    for table in ("tcp", "tcp6"):
        path = Path(f"/proc/{pid}/net/{table}")
        if not path.exists():
            continue
        for line in path.read_text().splitlines()[1:]:
            fields = line.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == _LISTEN and inode in own:
                address, _, port = local.partition(":")
                found.append((_address(address), int(port, 16)))
    return found


def reachable_from_elsewhere(sockets: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(address, port) for address, port in sockets if not ipaddress.ip_address(address).is_loopback]


def _socket_inodes(pid: int | str) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _address(encoded: str) -> str:
    # The kernel prints each 32-bit word in the machine's own byte order.
    words = [int(encoded[start : start + 8], 16) for start in range(0, len(encoded), 8)]
    address = ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)

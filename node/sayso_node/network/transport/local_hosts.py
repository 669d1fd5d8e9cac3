"""The hosts at which this machine's listeners can be dialled."""

from __future__ import annotations

import socket
from ipaddress import ip_address


def reachable_hosts(host: str) -> list[str]:
    """The hosts at which a listener on `host` can be dialled: itself, or for a wildcard this
    machine's outward address, if it has one, and loopback."""
    ip = ip_address(host)
    if not ip.is_unspecified:
        return [host]
    loopback = "127.0.0.1" if ip.version == 4 else "::1"
    return list(dict.fromkeys([*_outward_host(ip.version), loopback]))


def _outward_host(version: int) -> list[str]:
    """The address that this machine would use towards others. Nothing is sent."""
    family, anywhere = (
        (socket.AF_INET, "192.0.2.1") if version == 4 else (socket.AF_INET6, "2001:db8::1")
    )
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((anywhere, 9))  # RFC 5737 and 3849: documentation addresses
            return [probe.getsockname()[0]]
    except OSError:
        return []

"""The routers of this machine, and its own address towards a host. Nothing is sent."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path
from typing import Final

import trio

_ROUTES: Final = Path("/proc/net/route")
_UP, _GATEWAY = 1, 2
"""Flags of a route: linux/route.h."""


async def default_gateways() -> list[str]:
    """IPv4 addresses of the routers that default routes lead to, the preferred first."""
    if sys.platform == "darwin":
        return await _of_route_command()
    try:
        return gateways_of(_ROUTES.read_text("ascii"))
    except (OSError, ValueError):
        return []


def gateways_of(routes: str) -> list[str]:
    """The same, from Linux's table ``/proc/net/route``."""
    found: list[tuple[int, str]] = []
    for line in routes.splitlines()[1:]:
        _, to, gateway, flags, _, _, metric, mask, *_ = line.split()
        if to == mask == "00000000" and int(flags, 16) & (_UP | _GATEWAY) == _UP | _GATEWAY:
            # The kernel prints the number as the machine holds it in memory.
            host = socket.inet_ntoa(int(gateway, 16).to_bytes(4, sys.byteorder))
            found.append((int(metric), host))
    return list(dict.fromkeys(host for _, host in sorted(found)))


async def _of_route_command() -> list[str]:
    """The same on a Mac."""
    command = ["/sbin/route", "-n", "get", "default"]
    try:
        done = await trio.run_process(
            command, capture_stdout=True, capture_stderr=True, check=False
        )
    except OSError:
        return []
    found = re.search(rb"gateway: ([0-9.]+)", done.stdout)
    return [found[1].decode()] if found else []


def own_host_towards(host: str) -> str | None:
    """The IP address that this machine has towards a host; None where no route leads there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None

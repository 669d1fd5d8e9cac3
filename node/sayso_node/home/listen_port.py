"""The port on which this home listens: chosen once and kept, since others remember it."""

from __future__ import annotations

import errno
import secrets
import socket
from typing import Final

from sayso_protocol.translation import _

from ..errors import HomeError
from .atomic_file import new_file
from .directory import Home

FIRST_PORT: Final = 10_000
LAST_PORT: Final = 32_767
"""Ports are chosen from these: above those that services have by custom, below those that systems
give to outbound connections for a while (from 32,768 on Linux, 49,152 elsewhere)."""

TRIES: Final = 64
"""Ports that are tried: where so many are taken something else is wrong."""

_WILDCARDS: Final = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104
_MODE: Final = 0o600


def kept_port(home: Home) -> int:
    """The port of a home. Where there is none, or no number stands there, one that is free now is
    chosen and written down. Raises `HomeError`."""
    try:
        port = int(home.listen_port.read_text("ascii"))
        if 0 < port <= 0xFFFF:
            return port
    except (FileNotFoundError, ValueError):
        pass
    except OSError as error:
        raise HomeError(
            _("cannot read {listen_port}: {reason}").format(
                listen_port=home.listen_port, reason=error.strerror
            )
        ) from error
    port = choose_port()
    try:
        with new_file(home.listen_port, mode=_MODE, replace=True) as file:
            file.write(b"%d\n" % port)
    except OSError as error:
        raise HomeError(
            _("cannot write {listen_port}: {reason}").format(
                listen_port=home.listen_port, reason=error.strerror
            )
        ) from error
    return port


def choose_port() -> int:
    """A port that is free now, in all families. Raises `HomeError`."""
    for _try in range(TRIES):
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT + 1)
        if is_free(port):
            return port
    raise HomeError(_("no free port was found: name one with --listen /ip4/0.0.0.0/tcp/PORT"))


def is_free(port: int) -> bool:
    """Whether a node could listen on a port now, in all families that this machine has."""
    return all(_can_bind(family, port) for family in families())


def families() -> list[socket.AddressFamily]:
    """The families of addresses that this machine can listen with."""
    return [family for family in _WILDCARDS if _can_bind(family, 0)]


def wildcard_addresses(port: int) -> list[str]:
    """The multiaddrs by which one listens on a port everywhere."""
    return [_listen_address(family, _WILDCARDS[family], port) for family in families()]


def loopback_addresses(port: int) -> list[str]:
    """The multiaddrs by which one listens on a port for programs of this machine alone."""
    return [_listen_address(socket.AF_INET, "127.0.0.1", port)]


def _listen_address(family: socket.AddressFamily, host: str, port: int) -> str:
    return f"/ip{6 if family == socket.AF_INET6 else 4}/{host}/tcp/{port}"


def _can_bind(family: socket.AddressFamily, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the listener does: what is left of old connections keeps nobody out.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((_WILDCARDS[family], port))
            # Two may bind with that option; only one may listen.
            probe.listen(1)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise HomeError(
                _("this process may open no more files: close some programs")
            ) from error
        return False
    return True

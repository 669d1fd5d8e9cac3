"""URLs of a router: plain HTTP, at the very host that named them.

Whoever answers a search could otherwise make this node send requests to any machine of the local
network, or of the internet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ...translation import _
from .limits import MAX_URL
from .outcome import MappingFailure, PortMappingError

_URL: Final = re.compile(r"http://([0-9.]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?(/[!-~]*)?", re.I)
_PATH: Final = re.compile(r"[!-~]*")
"""Visible ASCII: nothing that could end a line of a request's head."""


@dataclass(frozen=True, slots=True)
class RouterUrl:
    """A place on a router: its IP address, a TCP port, and the path with its query."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as a head names them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_url(text: str, host: str) -> RouterUrl:
    """Read a URL that must lead to `host`, an IP address. Raises `PortMappingError`."""
    found = _URL.fullmatch(text) if len(text) <= MAX_URL else None
    if found is None:
        raise PortMappingError(MappingFailure.BROKEN, _("UPnP: it names no URL of its own"))
    named, port = found[1].strip("[]"), int(found[2] or 80)
    if named.lower() != host.lower():
        raise PortMappingError(MappingFailure.BROKEN, _("UPnP: it points to another host"))
    if not 0 < port < 1 << 16:
        raise PortMappingError(MappingFailure.BROKEN, _("UPnP: it names no port"))
    return RouterUrl(host, port, found[3] or "/")


def resolve(base: RouterUrl, text: str) -> RouterUrl:
    """A URL that a description gives, whole or relative to `base` (RFC 3986, section 5.2), at the
    same host. Raises `PortMappingError`."""
    if "://" in text:
        return parse_url(text, base.host)
    if len(text) > MAX_URL or not _PATH.fullmatch(text) or text.startswith("//"):
        raise PortMappingError(MappingFailure.BROKEN, _("UPnP: it names no URL of its own"))
    if text.startswith("/"):
        return RouterUrl(base.host, base.port, text)
    folder = base.path.partition("?")[0].rpartition("/")[0]
    return RouterUrl(base.host, base.port, f"{folder}/{text}")

"""The search for gateways that speak UPnP: SSDP, UPnP Device Architecture 1.1, section 1.3."""

from __future__ import annotations

import re
from typing import Final

from .limits import MAX_SEARCH_ANSWER

GROUP: Final = "239.255.255.250"
PORT: Final = 1900

WAIT_SECONDS: Final = 2
"""What devices are told: they answer after a random part of this."""

_TARGETS: Final = (
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
)
_LOCATION: Final = re.compile(rb"(?im)^location:[ \t]*([!-~]+)[ \t]*\r?$")


def encode_searches() -> list[bytes]:
    """The datagrams that ask for gateways; some answer to their own version alone."""
    return [
        (
            f"M-SEARCH * HTTP/1.1\r\nHOST: {GROUP}:{PORT}\r\n"
            f'MAN: "ssdp:discover"\r\nMX: {WAIT_SECONDS}\r\nST: {target}\r\n\r\n'
        ).encode()
        for target in _TARGETS
    ]


def location_of(answer: bytes) -> str | None:
    """The URL of the description that an answer names; None where it is no answer."""
    if len(answer) > MAX_SEARCH_ANSWER or not re.match(rb"HTTP/1\.[01] 200\b", answer):
        return None
    found = _LOCATION.search(answer)
    return found[1].decode("ascii") if found else None

"""Gateways that speak UPnP: their description, and the calls that map a port.

UPnP Device Architecture 1.1, sections 2 and 3; WANIPConnection:1 and :2; WANPPPConnection:1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...translation import _, mark
from .http_answer import encode_request
from .limits import MAX_SERVICES
from .outcome import MappingFailure, PortMappingError
from .router_url import RouterUrl, parse_url, resolve
from .xml_fields import read_fields

_PREFIX: Final = "urn:schemas-upnp-org:service:"
_SERVICES: Final = ("WANIPConnection:2", "WANIPConnection:1", "WANPPPConnection:1")
"""In the order in which they are asked."""

_DESCRIPTION: Final = "sayso"
"""What the router's list of mappings shows to its owner."""

_FAILURES: Final = {
    401: (MappingFailure.ABSENT, mark("the router does not know this call")),
    402: (MappingFailure.BROKEN, mark("the router did not understand")),
    501: (MappingFailure.BROKEN, mark("the router failed at it")),
    602: (MappingFailure.ABSENT, mark("the router does not know this call")),
    606: (MappingFailure.REFUSED, mark("the router does not allow it")),
    714: (MappingFailure.GONE, mark("the router has no such mapping")),
    718: (MappingFailure.CONFLICT, mark("the router has given this port to another machine")),
    724: (MappingFailure.CONFLICT, mark("the router maps a port only to the same port")),
    725: (MappingFailure.LEASE, mark("the router gives ports for ever only")),
    728: (MappingFailure.NO_ROOM, mark("the router has no more ports")),
    729: (MappingFailure.CONFLICT, mark("the router has given this port otherwise")),
}
"""Of WANIPConnection:2, section 2.5, and of the device architecture, section 3.2.2."""


@dataclass(frozen=True, slots=True)
class IgdService:
    """A service of a gateway that maps ports."""

    url: RouterUrl
    """Where calls go."""
    kind: str
    """``WANIPConnection:1`` and its like."""

    @property
    def chooses_ports(self) -> bool:
        """Whether it can be asked for any port."""
        return self.kind == "WANIPConnection:2"


def encode_fetch(url: RouterUrl) -> bytes:
    """The request for a description."""
    return encode_request("GET", url.path, url.authority, [], b"")


def decode_description(data: bytes, url: RouterUrl) -> list[IgdService]:
    """The services of a description that map ports, best first. `url` is where it came from.

    Raises `PortMappingError`; a service elsewhere than at the same host is one.
    """
    base, found, current = url, [], dict[str, str]()
    for path, text in read_fields(data):
        match path[-1]:
            case "URLBase" if text:
                base = parse_url(text, url.host)
            case "service":
                found.append(current)
                current = {}
            case name if path[-2:-1] == ("service",):
                current[name] = text
    services = [
        IgdService(resolve(base, each["controlURL"]), kind)
        for kind in _SERVICES
        for each in found
        if each.get("serviceType") == _PREFIX + kind and each.get("controlURL")
    ]
    if not services:
        raise PortMappingError(MappingFailure.ABSENT, _("UPnP: a gateway that maps no ports"))
    return services[:MAX_SERVICES]


def encode_call(service: IgdService, action: str, fields: Mapping[str, object]) -> bytes:
    """The request for a call. Fields are this node's own words: numbers and addresses."""
    kind = _PREFIX + service.kind
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    body = (
        '<?xml version="1.0"?>\r\n'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{kind}">{inner}</u:{action}></s:Body></s:Envelope>'
    )
    lines = ['Content-Type: text/xml; charset="utf-8"', f'SOAPAction: "{kind}#{action}"']
    return encode_request("POST", service.url.path, service.url.authority, lines, body.encode())


def decode_call(status: int, body: bytes) -> dict[str, str]:
    """What a call returned, by name. Raises `PortMappingError`, with the router's reason."""
    if status in (404, 405):
        raise PortMappingError(
            MappingFailure.ABSENT,
            _("UPnP: the router has no such page ({status})").format(status=status),
        )
    if status in (401, 403):
        raise PortMappingError(
            MappingFailure.REFUSED,
            _("UPnP: the router does not allow it ({status})").format(status=status),
        )
    fields = {path[-1]: text for path, text in read_fields(body)}
    if status == 200 and "errorCode" not in fields:
        return fields
    found = re.fullmatch(r"[0-9]{1,4}", fields.get("errorCode", ""))
    code = int(found[0]) if found else status
    failure, words = _FAILURES.get(code, (MappingFailure.BROKEN, mark("the router refused")))
    raise PortMappingError(failure, f"UPnP: {_(words)} ({code})")


def add_fields(host: str, port: int, external_port: int, lifetime_s: int) -> dict[str, object]:
    """The fields of ``AddPortMapping`` and ``AddAnyPortMapping``."""
    return {
        **named_fields(external_port),
        "NewInternalPort": port,
        "NewInternalClient": host,
        "NewEnabled": 1,
        "NewPortMappingDescription": _DESCRIPTION,
        "NewLeaseDuration": lifetime_s,
    }


def named_fields(external_port: int) -> dict[str, object]:
    """The fields that name a mapping: ``DeletePortMapping``, ``GetSpecificPortMappingEntry``."""
    return {"NewRemoteHost": "", "NewExternalPort": external_port, "NewProtocol": "TCP"}


def port_field(fields: Mapping[str, str], name: str) -> int:
    """A port that a call returned. Raises `PortMappingError`."""
    if re.fullmatch(r"[0-9]{1,5}", fields.get(name, "")) and 0 < int(fields[name]) < 1 << 16:
        return int(fields[name])
    raise PortMappingError(MappingFailure.BROKEN, _("UPnP: it names no port"))

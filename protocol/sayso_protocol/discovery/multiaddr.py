"""Multiaddrs: where a peer can be dialled, in text and in bytes.

Of what https://github.com/multiformats/multiaddr names, what this node dials: TCP to an IP address,
a host name or an onion service, with the peer expected there, directly or through a relay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from ..errors import BadShape
from ..protobuf import decode_varint, encode_varint
from ..translation import _, mark
from .peer_id import parse_peer_id, peer_id_bytes, peer_id_text

_IP_PROTOCOLS: Final = ("ip4", "ip6")
_NAME_PROTOCOLS: Final = ("dns", "dns4", "dns6")
ONION: Final = "onion3"
MAX_ADDRESS_LENGTH: Final = 512
"""Characters of a multiaddr's text. The longest DNS name has 253; the rest is room."""
MAX_ADDRESS_SIZE: Final = 512
"""Bytes of a multiaddr."""

_CODES: Final = {
    "ip4": 4, "tcp": 6, "ip6": 41, "ip6zone": 42, "dns": 53, "dns4": 54, "dns6": 55,
    "p2p-circuit": 290, "p2p": 421, ONION: 445,
}  # fmt: skip
"""https://github.com/multiformats/multiaddr/blob/master/protocols.csv"""
_NAMES: Final = {code: name for name, code in _CODES.items()}
_SIZES: Final = {"ip4": 4, "ip6": 16, "tcp": 2, "p2p-circuit": 0, ONION: 37}
"""Bytes of a value; of those not named here a varint says it."""

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})")
_ONION_NAME: Final = re.compile(r"[a-z2-7]{56}")
_ZONE: Final = re.compile(r"[A-Za-z0-9._-]{1,32}")


class AddressError(ValueError):
    """A text is no address of a kind that this node can use; the message says why."""


_FORM: Final = mark(": write /ip4/192.0.2.7/tcp/4001, and for a peer /p2p/12D3KooW… behind it")


@dataclass(frozen=True, slots=True)
class Address:
    """A TCP endpoint, with the peer expected there where one is named."""

    protocol: str
    """``ip4``, ``ip6``, ``dns``, ``dns4``, ``dns6`` or ``onion3``."""
    host: str
    """The IP address (of link-local IPv6 with its zone: ``fe80::1%eth0``), the name, or the 56
    characters of the onion service."""
    port: int
    peer_id: str | None = None
    """The peer that is reached: behind a relay, where there is one."""
    relay: str | None = None
    """The peer at `host` where it relays to `peer_id`."""

    def __str__(self) -> str:
        return "".join(f"/{name}/{value}".rstrip("/") for name, value in self._parts())

    def _parts(self) -> Iterator[tuple[str, str]]:
        host, _sign, zone = self.host.partition("%")
        if zone:
            yield "ip6zone", zone
        if self.protocol == ONION:
            yield ONION, f"{host}:{self.port}"
        else:
            yield self.protocol, host
            yield "tcp", str(self.port)
        if self.relay is not None:
            yield "p2p", self.relay
            yield "p2p-circuit", ""
        if self.peer_id is not None:
            yield "p2p", self.peer_id

    def to_bytes(self) -> bytes:
        """The binary form: a varint code and the value, for each part."""
        return b"".join(
            encode_varint(_CODES[name]) + _pack(name, text) for name, text in self._parts()
        )

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP address, which nobody needs to look up."""
        return self.protocol in _IP_PROTOCOLS

    @property
    def is_public(self) -> bool:
        """Whether anybody on the internet may reach it: no private, shared, local or reserved
        address (RFC 6890), no group. Of names and onion services nothing is known; they count."""
        return _is_global(self.host) if self.is_ip else True

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``/<ip, dns, …>/<host>/tcp/<port>[/p2p/<peer id>[/p2p-circuit/p2p/<peer id>]]``,
        or the same with ``/onion3/<name>:<port>``. Raises `AddressError`."""
        if len(text) > MAX_ADDRESS_LENGTH:
            raise AddressError(
                _("an address of more than {max_address_length} characters is none").format(
                    max_address_length=MAX_ADDRESS_LENGTH
                )
            )
        return _read(_split(text), repr(text))

    @classmethod
    def from_bytes(cls, data: bytes) -> Address:
        """Read the binary form. Raises `AddressError`, also for transports that are not in use."""
        if len(data) > MAX_ADDRESS_SIZE:
            raise AddressError(
                _("an address of more than {max_address_size} bytes is none").format(
                    max_address_size=MAX_ADDRESS_SIZE
                )
            )
        try:
            parts = list(_unpack(data))
        except (BadShape, ValueError) as error:
            raise AddressError(_("these bytes are no address that is dialled here")) from error
        return _read(parts, _("this address"))


def readable_addresses(packed: Iterable[bytes], most: int) -> list[Address]:
    """The first `most` of the addresses in binary form that can be used here."""
    found: dict[Address, None] = {}
    for data in packed:
        if len(found) >= most:
            break
        try:
            found[Address.from_bytes(data)] = None
        except AddressError:
            continue  # of a transport that this node does not have, as a rule
    return list(found)


def _split(text: str) -> list[tuple[str, str]]:
    """A multiaddr's protocol names with their values. Raises `AddressError`."""
    begin, *words = text.split("/")
    if begin or not words or (words and words[-1] == "" and len(words) < 2):
        raise AddressError(_("{text!r} is no address{form}").format(text=text, form=_(_FORM)))
    parts: list[tuple[str, str]] = []
    rest = iter(words)
    for name in rest:
        if name == "p2p-circuit":
            parts.append((name, ""))
        else:
            # Of unknown ones it cannot be told whether a value follows: they are refused by name.
            parts.append(("p2p" if name == "ipfs" else name, next(rest, "")))
            if name not in _CODES and name != "ipfs":
                break
    return parts


def _read(parts: list[tuple[str, str]], shown: str) -> Address:
    """An address of these parts. Raises `AddressError`."""
    zone = ""
    if parts and parts[0][0] == "ip6zone":
        (_name, zone), *parts = parts
        if not _ZONE.fullmatch(zone):
            raise AddressError(_("{shown} is no address{form}").format(shown=shown, form=_(_FORM)))
    if not parts:
        raise AddressError(_("{shown} is no address{form}").format(shown=shown, form=_(_FORM)))
    (protocol, host), *rest = parts
    if protocol == ONION:
        host, _sign, port = host.rpartition(":")
    elif protocol in (*_IP_PROTOCOLS, *_NAME_PROTOCOLS) and rest and rest[0][0] == "tcp":
        port = rest.pop(0)[1]
    else:
        raise AddressError(_("{shown} is no address{form}").format(shown=shown, form=_(_FORM)))
    try:
        host = _checked_host(protocol, host, zone)
        number = _checked_port(port)
    except ValueError as error:
        raise AddressError(
            _("{shown} is no address{form}").format(shown=shown, form=_(_FORM))
        ) from error
    return Address(protocol, host, number, *_read_peers(rest, shown))


def _read_peers(rest: list[tuple[str, str]], shown: str) -> tuple[str | None, str | None]:
    """The peer that is reached, and the relay before it. Raises `AddressError`."""
    match [name for name, _value in rest]:
        case []:
            return None, None
        case ["p2p"]:
            return _checked_peer(rest[0][1]), None
        case ["p2p", "p2p-circuit"]:
            return None, _checked_peer(rest[0][1])
        case ["p2p", "p2p-circuit", "p2p"]:
            return _checked_peer(rest[2][1]), _checked_peer(rest[0][1])
    name = next((name for name, _value in rest if name not in ("p2p", "p2p-circuit")), rest[-1][0])
    raise AddressError(
        _("{shown} goes over /{name}, this node speaks plain TCP only").format(
            shown=shown, name=name
        )
    )


def _checked_peer(text: str) -> str:
    try:
        return parse_peer_id(text)
    except BadShape as error:
        raise AddressError(_("{text!r} is not a peer id").format(text=text)) from error


def _checked_host(protocol: str, host: str, zone: str) -> str:
    """The host in its one form. Raises `ValueError`."""
    if protocol in _IP_PROTOCOLS:
        ip = ip_address(host)
        if f"ip{ip.version}" != protocol or "%" in host:
            raise ValueError("an address of the other family")
        if zone and not (ip.is_link_local and protocol == "ip6"):
            raise ValueError("only a link-local IPv6 address has a zone")
        return f"{ip}%{zone}" if zone else str(ip)
    pattern = _ONION_NAME if protocol == ONION else _HOST_NAME
    if zone or not pattern.fullmatch(host):
        raise ValueError("not a name of a host")
    return host


def _checked_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 0xFFFF):
        raise ValueError("not a port")
    return int(text)


# The binary form


def _pack(name: str, text: str) -> bytes:
    if name in _IP_PROTOCOLS:
        return ip_address(text).packed
    if name == "tcp":
        return int(text).to_bytes(2, "big")
    if name == ONION:
        service, _sign, port = text.rpartition(":")
        return _base32_bytes(service) + int(port).to_bytes(2, "big")
    if name == "p2p-circuit":
        return b""
    raw = peer_id_bytes(text) if name == "p2p" else text.encode()
    return encode_varint(len(raw)) + raw


def _unpack(data: bytes) -> Iterator[tuple[str, str]]:
    """The parts of a binary multiaddr. Raises `BadShape`, `ValueError`."""
    at = 0
    while at < len(data):
        code, at = decode_varint(data, at)
        name = _NAMES.get(code)
        if name is None:
            raise BadShape("a transport that is not in use")
        size = _SIZES.get(name)
        if size is None:
            size, at = decode_varint(data, at)
        if size > len(data) - at:
            raise BadShape("an address is cut off")
        yield name, _value_text(name, data[at : at + size])
        at += size


def _value_text(name: str, raw: bytes) -> str:
    if name in _IP_PROTOCOLS:
        return str(ip_address(raw))
    if name == "tcp":
        return str(int.from_bytes(raw, "big"))
    if name == ONION:
        return f"{_base32_text(raw[:-2])}:{int.from_bytes(raw[-2:], 'big')}"
    if name == "p2p":
        return peer_id_text(raw)
    return raw.decode("ascii")


_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"


def _base32_bytes(text: str) -> bytes:
    number = 0
    for character in text:
        number = number << 5 | _BASE32.index(character)
    return number.to_bytes(len(text) * 5 // 8, "big")


def _base32_text(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    return "".join(_BASE32[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -1, -5))


def parse_listen_address(text: str) -> Address:
    """Read ``/ip4/…/tcp/…`` or ``/ip6/…/tcp/…``. Raises `AddressError`."""
    address = Address.parse(text)
    if not address.is_ip:
        raise AddressError(
            _("{text!r} names a host; listening needs the IP address itself").format(text=text)
        )
    if address.peer_id is not None or address.relay is not None:
        raise AddressError(
            _("{text!r} ends in /p2p/…, which an address to listen on does not have").format(
                text=text
            )
        )
    return address


def socket_address(name: tuple[str, int], peer_id: str | None = None) -> Address:
    """The address of a socket's end, from the first two items of its socket name.

    An IPv4 peer of a dual-stack socket is named by its IPv4 address.
    """
    ip = ip_address(name[0].partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return Address(f"ip{ip.version}", str(ip), name[1], peer_id)


_PREFIXES: Final = {4: (32, 24, 16), 6: (56, 48, 32)}
"""Lengths of the networks that an address is in: a household (RIPE-690 recommends a /56 for one,
and nothing costs it to vary what comes below), a site, a provider."""


@lru_cache(16384)
def networks(host: str) -> tuple[str, ...]:
    """The networks of an IP address that have a name in common with its neighbours, the narrowest
    first; none for loopback, where whoever shares it is no neighbour. A name is a network alone."""
    ip = _ip(host)
    if ip is None:
        return (host,) * 3
    if ip.is_loopback:
        return ()
    number, kind, width = int(ip), type(ip), ip.max_prefixlen
    return tuple(
        f"{kind(number >> width - size << width - size)}/{size}" for size in _PREFIXES[ip.version]
    )


# The registries of addresses with a special purpose (RFC 6890, iana.org/assignments/
# iana-ipv4-special-registry, iana-ipv6-special-registry), and groups. `ipaddress` has them too, but
# what it calls global changed from one release of Python to the next.
_NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            *("::/3", "4000::/2", "8000::/1"),  # all that lies outside of 2000::/3
            *("2001::/23", "2001:db8::/32", "3fff::/20"),
        ),
    )
)
_PUBLIC_WITHIN = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052)."""


@lru_cache(16384)
def _is_global(host: str) -> bool:
    ip = _ip(host)
    return ip is not None and is_public_ip(getattr(ip, "ipv4_mapped", None) or ip)


def is_public_ip(ip: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet: no private, shared, local or reserved one, and no
    group."""
    if ip in _PUBLIC_WITHIN:
        return True
    ranges = _NOT_PUBLIC if isinstance(ip, IPv4Address) else _NOT_PUBLIC_6
    return not any(ip in one for one in ranges)


@lru_cache(4096)
def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def netgroup(host: str) -> str:
    """The group that counts as one address for limits: an IPv4 address or an IPv6 /56."""
    return next(iter(networks(host)), host)


def is_loopback(host: str) -> bool:
    """Whether an IP address in text form is this machine's own. Of a name nothing is known."""
    ip = _ip(host)
    return ip is not None and ip.is_loopback


def shared_network(host: str) -> str:
    """As `netgroup`, and empty for loopback, which no stranger shares with another."""
    return "" if is_loopback(host) else netgroup(host)

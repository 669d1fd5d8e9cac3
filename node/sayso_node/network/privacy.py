"""What may be known of where this node is: by default what it takes to be reached, behind a proxy
nothing.

Behind a proxy (Tor) no packet goes anywhere but to the proxy, and no address of this machine is
told to anybody. So whatever else would send something by itself asks `Privacy.hides` first:
multicast DNS, port mapping, hole punching, AutoNAT, announcements, what peers observe.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from sayso_protocol.discovery.multiaddr import Address, AddressError, is_loopback

_SCHEMES: Final = ("socks5", "socks5h")
_FORM: Final = "write socks5://127.0.0.1:9050, with the address and port that the proxy has"


class ProxyAddressError(ValueError):
    """A text names no proxy that can be used; it says why."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A SOCKS5 proxy."""

    host: str
    """Its IP address: to look up a name would be a packet beside it."""
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"socks5://{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """Read ``socks5://127.0.0.1:9050``. Raises `ProxyAddressError`."""
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ProxyAddressError(f"{text!r} is no proxy: {_FORM}") from error
        if parts.scheme not in _SCHEMES or not port or parts.path not in ("", "/"):
            raise ProxyAddressError(f"{text!r} is no proxy: {_FORM}")
        if parts.username is not None or parts.query or parts.fragment:
            raise ProxyAddressError(f"{text!r} has more than an address and a port: {_FORM}")
        try:
            return cls("127.0.0.1" if host == "localhost" else str(ip_address(host)), port)
        except ValueError as error:
            raise ProxyAddressError(
                f"{text!r} names the proxy, and looking up a name goes beside it: {_FORM}"
            ) from error


@dataclass(frozen=True, slots=True)
class Privacy:
    """How a node reaches others, and what it lets be known."""

    proxy: Proxy | None = None

    @property
    def hides(self) -> bool:
        """Whether nothing may be sent beside the proxy, and no own address told."""
        return self.proxy is not None

    def may_listen(self, address: str) -> bool:
        """Whether it may listen there: behind a proxy on loopback alone, where an onion service
        ends. What is no address at all is for the listener to refuse."""
        try:
            return not self.hides or is_loopback(Address.parse(address).host)
        except AddressError:
            return True


OPEN: Final = Privacy()
"""No proxy."""

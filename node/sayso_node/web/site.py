"""The place of the local server: its names and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Site:
    """`name` is the host name of the page, `host` the IP address that is listened on. One that is
    `is_secure` is on the local network, by TLS; `addresses` are the IP addresses of this machine
    there."""

    name: str
    host: str
    port: int
    is_secure: bool = False
    addresses: tuple[str, ...] = ()

    @property
    def scheme(self) -> str:
        """``http``, or ``https`` by TLS."""
        return "https" if self.is_secure else "http"

    @property
    def ws_scheme(self) -> str:
        """``ws`` or ``wss``."""
        return "wss" if self.is_secure else "ws"

    @property
    def page_address(self) -> str:
        """The address of the page, ``http://NAME:PORT/``."""
        return f"{self.scheme}://{self.name}:{self.port}/"

    @property
    def api_address(self) -> str:
        """The address for apps and feed readers, which may not know the page's name."""
        return f"{self.scheme}://{bracketed(self.host)}:{self.port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The values of `Host`, without the port, to which this server answers."""
        if self.is_secure:
            return (bracketed(self.name), *map(bracketed, self.addresses))
        return (self.name, "localhost", "127.0.0.1", "[::1]")

    @cached_property
    def host_values(self) -> frozenset[str]:
        """The values of `Host`, in lower case: with the port, which only the usual one may lack
        (RFC 9110, section 7.2)."""
        usual = self.port == (443 if self.is_secure else 80)
        with_port = {f"{host}:{self.port}" for host in self.hosts}
        return frozenset(with_port | set(self.hosts) if usual else with_port)

    @property
    def cookie(self) -> str:
        """The name of the session's cookie: one a port, or two nodes would log each other out. By
        TLS its beginning has the browser take it from nobody else (RFC 6265bis, 4.1.3.2)."""
        return f"__Host-sayso_{self.port}" if self.is_secure else f"sayso_{self.port}"


def bracketed(host: str) -> str:
    """An IP address as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host

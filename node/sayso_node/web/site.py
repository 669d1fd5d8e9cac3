"""The place of the local server: its names and addresses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """`name` is the host name of the page, `host` the IP address that is listened on."""

    name: str
    host: str
    port: int

    @property
    def page_address(self) -> str:
        """The address of the page, ``http://NAME:PORT/``."""
        return f"http://{self.name}:{self.port}/"

    @property
    def api_address(self) -> str:
        """The address for apps and feed readers, which may not know the page's name."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The values of `Host`, without the port, to which this server answers."""
        return (self.name, "localhost", "127.0.0.1", "[::1]")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie: one a port, or two nodes would log each other out."""
        return f"sayso_{self.port}"

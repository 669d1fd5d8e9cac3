"""A small internet: machines on it, and homes behind routers of the kinds that people have.

What a router does is the kernel's own NAT (nftables). The public addresses are such as a node takes
for public, and yet nobody's: of the blocks that IANA gave to AS112 and AMT (RFC 7535, 7534, 7450,
7526). They exist only in the namespaces.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from .namespaces import Space, Spaces, spaces, wire

PROVIDERS = ("192.31.196", "192.52.193", "192.88.99", "192.175.48")
"""The networks of four providers, each in a /16 of its own: machines are in one after the other."""
NET6 = "2620:4f:8000"
_FIRST = 10
"""The number, within the public networks, of the first machine."""


class Router(StrEnum):
    """What stands between a home and the internet; the words are of RFC 3489 and RFC 4787."""

    OPEN = "open"
    """Nothing: the home has a public address."""
    CONE = "cone"
    """Whoever calls a port that is in use by the home gets through to it."""
    PORT = "port"
    """Port restricted: only who was called from within. Others hear nothing."""
    RESET = "reset"
    """The same, and others are told at once that nobody is there."""
    SYMMETRIC = "symmetric"
    """The same, and each call gets a port of its own outside."""
    FIREWALL = "firewall"
    """IPv6 alone: nothing is translated, nothing unasked gets in."""


class Internet:
    """Machines with public addresses; `homes` by name, and `routers` by that of their home."""

    def __init__(self, every: Spaces, latency_ms: float = 0) -> None:
        self.every = every
        self._latency_ms = latency_ms
        self._number = _FIRST - 1
        self._ports: list[str] = []
        self.routers: dict[str, Space] = {}
        self.homes: dict[str, Space] = {}
        self._middle = every.make("middle")
        if latency_ms:
            self._hub: subprocess.Popen[str] | None = None
        else:
            self._middle.ip("link add br0 type bridge mcast_snooping 0", "link set br0 up")
        self._core = self.machine("core")
        self._core.sysctl("net.ipv6.conf.all.forwarding", 1)

    def machine(self, name: str) -> Space:
        """A machine with public addresses, of IPv4 and IPv6."""
        space = self.every.make(name)
        self._number += 1
        port = f"p{self._number}"
        wire(self._middle, space, (port, "eth0"))
        self._give_public(space)
        if self._latency_ms:
            self._ports.append(port)
            space.run(sys.executable, str(Path(__file__).with_name("hub.py")), "whole", "eth0")
        else:
            self._middle.ip(f"link set {port} master br0")
        return space

    def _give_public(self, space: Space) -> None:
        own = PROVIDERS[self._number % len(PROVIDERS)]
        space.give("eth0", f"{own}.{self._number}/24", f"{NET6}::{self._number}/64")
        space.ip(*(f"route replace {net}.0/24 dev eth0" for net in PROVIDERS if net != own))
        if self._number > _FIRST:
            space.ip(f"route replace default via {NET6}::{_FIRST}")

    def renumber(self, space: Space) -> None:
        """Give a machine other public addresses in place of its own, as providers do at night."""
        space.ip("address flush dev eth0 scope global")
        space.addresses.clear()
        self._number += 1
        self._give_public(space)

    def home(self, name: str, kind: Router) -> Space:
        """A machine behind a router of a kind."""
        if kind is Router.OPEN:
            self.homes[name] = self.machine(name)
            return self.homes[name]
        router = self.routers[name] = self.machine(f"{name}'s router")
        home = self.homes[name] = self.every.make(name)
        wire(home, router, ("eth0", "lan0"))
        if kind is Router.FIREWALL:
            self._put_behind_firewall(home, router)
        else:
            self._put_behind_nat(home, router, kind)
        return home

    def _put_behind_nat(self, home: Space, router: Space, kind: Router) -> None:
        lan = f"192.168.{self._number}"
        router.give("lan0", f"{lan}.1/24")
        home.give("eth0", f"{lan}.2/24")
        home.ip(f"route add default via {lan}.1")
        router.sysctl("net.ipv4.ip_forward", 1)
        router.filter(_nat_rules(kind, f"{lan}.2"))

    def _put_behind_firewall(self, home: Space, router: Space) -> None:
        lan = f"{NET6}:{self._number}:"
        router.give("lan0", f"{lan}:1/64")
        home.give("eth0", f"{lan}:2/64")
        home.ip(f"route add default via {lan}:1")
        router.sysctl("net.ipv6.conf.all.forwarding", 1)
        # Forwarding lets go of the default route that a host has.
        router.ip(f"route replace default via {NET6}::{_FIRST}")
        router.filter(_FIREWALL)
        self._core.ip(f"route add {lan}:/64 via {NET6}::{self._number}")

    def start(self) -> None:
        """Let packets cross, once all machines are there; needed only with a latency."""
        if not self._latency_ms:
            return
        hub = Path(__file__).with_name("hub.py")
        words = [sys.executable, str(hub), "run", str(self._latency_ms), *self._ports]
        self._hub = subprocess.Popen(
            [*self._middle.inside, *words], stdout=subprocess.PIPE, text=True
        )
        self.every.stack.callback(self._stop, self._hub)
        assert self._hub.stdout is not None
        assert self._hub.stdout.readline() == "ready\n"

    @staticmethod
    def _stop(hub: subprocess.Popen[str]) -> None:
        hub.kill()
        hub.communicate()


@contextmanager
def internet(latency_ms: float = 0) -> Iterator[Internet]:
    """An internet for one test, on which each packet takes so long; skips where none can be."""
    with spaces() as every:
        yield Internet(every, latency_ms)


def _nat_rules(kind: Router, home: str) -> str:
    masquerade = "masquerade fully-random" if kind is Router.SYMMETRIC else "masquerade"
    unasked = "meta l4proto tcp reject with tcp reset" if kind is Router.RESET else "drop"
    forward = f'iifname "eth0" tcp dport 1024-65535 dnat to {home}' if kind is Router.CONE else ""
    return f"""
table ip nat {{
  chain out {{
    type nat hook postrouting priority 100; policy accept;
    oifname "eth0" {masquerade}
  }}
  chain in {{
    type nat hook prerouting priority -100; policy accept;
    {forward}
  }}
}}
table ip filter {{
  chain input {{
    type filter hook input priority 0; policy accept;
    iifname "eth0" ct state established,related accept
    iifname "eth0" {unasked}
  }}
  chain forward {{
    type filter hook forward priority 0; policy drop;
    iifname "lan0" accept
    ct state established,related accept
    ct status dnat accept
  }}
}}
"""


_FIREWALL = """
table ip6 filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    iifname "lan0" accept
    ct state established,related accept
  }
}
"""

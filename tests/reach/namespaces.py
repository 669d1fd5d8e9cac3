"""Network namespaces for tests: machines, and the wires between them, made and gone again.

Made as root of a user namespace of their own, so that no privilege is needed and nothing of this
machine's network is touched. A namespace lives as long as a process that reads from this one: if
this one is killed, none stays behind.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

TOOLS = {"unshare": "util-linux", "nsenter": "util-linux", "ip": "iproute2"}
"""What is needed, and the package that brings it."""
ROUTER_TOOLS = {"nft": "nftables"}
"""What machines need besides that are routers."""

_HOLD = ["sh", "-c", "echo held && exec cat"]
_OWN = ["unshare", "--user", "--map-root-user", "--net", "--uts"]

# What a kernel may lack, or forbid to a container: a bridge, and NAT of its own.
_PROBE = "ip link add br0 type bridge && ip link add veth0 type veth peer name veth1"
_ROUTER_PROBE = f"""
{_PROBE} && nft -f - <<END
table ip t {{ chain c {{ type nat hook postrouting priority 100; masquerade; }}; }}
END
"""

# IPCTNL_MSG_CT_DELETE without a filter (linux/netfilter/nfnetlink_conntrack.h).
_FORGET = """
import socket, struct
ask = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
ask.send(struct.pack("=IHHIIBBH", 20, 0x0102, 5, 1, 0, 0, 0, 0))
assert not struct.unpack("=i", ask.recv(4096)[16:20])[0]
"""


@functools.cache
def missing(*, routers: bool) -> str:
    """Why no namespaces can be made here, with `routers` some that do NAT; empty where they can."""
    tools, probe = (TOOLS | ROUTER_TOOLS, _ROUTER_PROBE) if routers else (TOOLS, _PROBE)
    for tool, package in tools.items():
        if shutil.which(tool) is None:
            return f"{tool} is not installed (package {package})"
    done = subprocess.run(
        [*_OWN, "sh", "-c", probe], capture_output=True, text=True, check=False, timeout=20
    )
    return f"no namespaces: {done.stderr.strip()[:100]}" if done.returncode else ""


@dataclass(eq=False)
class Space:
    """One namespace: a machine."""

    name: str
    holder: subprocess.Popen[str]
    addresses: dict[str, list[str]] = field(default_factory=dict)
    """The IP addresses that it was given, by interface."""

    @property
    def ip4(self) -> str:
        """Its IPv4 address."""
        return next(one for one in self.addresses["eth0"] if ":" not in one)

    @property
    def ip6(self) -> str:
        """Its IPv6 address."""
        return next(one for one in self.addresses["eth0"] if ":" in one)

    @property
    def connections(self) -> int:
        """How many it translates or watches at the moment."""
        return int(self.run("cat", "/proc/sys/net/netfilter/nf_conntrack_count"))

    @property
    def inside(self) -> list[str]:
        """What makes a command run here: put before its words."""
        pid = str(self.holder.pid)
        kinds = ["--user", "--net", "--uts"]
        return ["nsenter", "--target", pid, *kinds, "--preserve-credentials", "--"]

    def run(self, *words: str, text: str | None = None) -> str:
        """Run a command to its end, which has to be good; what it printed."""
        done = subprocess.run(
            [*self.inside, *words], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(words)}: {done.stderr or done.stdout}"
        return done.stdout

    def ip(self, *lines: str) -> None:
        """Carry out lines of `ip`."""
        self.run("ip", "-batch", "-", text="\n".join(lines))

    def filter(self, rules: str) -> None:
        """Load rules of nftables."""
        self.run("nft", "-f", "-", text=rules)

    def sysctl(self, name: str, value: int) -> None:
        """Set one of its kernel's network settings."""
        path = "/proc/sys/" + name.replace(".", "/")
        self.run("sh", "-c", f"echo {value} > {path}")

    def forget_connections(self) -> None:
        """Empty its table of translations, as a router does that is switched off and on."""
        self.run("python3", "-c", _FORGET)

    def give(self, interface: str, *addresses: str) -> None:
        """Addresses with their prefix length, for one of its interfaces."""
        self.ip(*(f"address add {address} dev {interface}" for address in addresses))
        bare = [address.partition("/")[0] for address in addresses]
        self.addresses.setdefault(interface, []).extend(bare)


class Spaces:
    """All namespaces of a test, in one user namespace."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        """What is let go of when they are gone."""
        self._first: Space | None = None

    def make(self, name: str) -> Space:
        """A new namespace, with loopback up; `name` is its host name, too."""
        words = _OWN
        if self._first is not None:
            user = str(self._first.holder.pid)
            words = ["nsenter", "--target", user, "--user", "--preserve-credentials", "--"]
            words += ["unshare", "--net", "--uts"]
        space = Space(name, self._hold([*words, *_HOLD]))
        self._first = self._first or space
        for interfaces in ("all", "default"):  # addresses of IPv6 can be used at once
            space.sysctl(f"net.ipv6.conf.{interfaces}.accept_dad", 0)
        space.run("hostname", re.sub(r"[^a-z0-9]+", "-", name))
        space.ip("link set lo up")
        return space

    def _hold(self, words: Sequence[str]) -> subprocess.Popen[str]:
        holder = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.stack.callback(_release, holder)
        assert holder.stdout is not None
        assert holder.stderr is not None
        assert holder.stdout.readline() == "held\n", holder.stderr.read()
        return holder


def _release(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()


@contextmanager
def spaces(*, routers: bool = True) -> Iterator[Spaces]:
    """Namespaces, gone at the end; skips where none can be made (`routers`: none that do NAT)."""
    if reason := missing(routers=routers):
        pytest.skip(reason)
    with ExitStack() as stack:
        yield Spaces(stack)


def wire(one: Space, other: Space, names: tuple[str, str]) -> None:
    """A cable between two machines; `names` are those of its ends."""
    one.ip(
        f"link add {names[0]} type veth peer name {names[1]} netns {other.holder.pid}",
        f"link set {names[0]} up",
    )
    other.ip(f"link set {names[1]} up")

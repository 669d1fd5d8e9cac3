"""miniupnpd, which most home routers run, on a router of the rig."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from .namespaces import Space

PROGRAM = shutil.which("miniupnpd", path="/usr/sbin:/usr/local/sbin:/usr/bin")

_CHAINS = """
table inet miniupnpd {
  chain forward { type filter hook forward priority -10; policy accept; jump mapped; }
  chain mapped { }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump ports; }
  chain ports { }
  chain postrouting { type nat hook postrouting priority 90; policy accept; jump back; }
  chain back { }
}
"""

_SETTINGS = """
ext_ifname=eth0
listening_ip=lan0
port=5000
enable_natpmp={datagrams}
enable_upnp={upnp}
secure_mode=yes
upnp_table_name=miniupnpd
upnp_nat_table_name=miniupnpd
upnp_forward_chain=mapped
upnp_nat_chain=ports
upnp_nat_postrouting_chain=back
lease_file={folder}/leases
system_uptime=no
uuid=00000000-0000-0000-0000-000000000001
{more}
allow 1024-65535 0.0.0.0/0 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
"""


class RouterDaemon:
    """miniupnpd on one router; started and stopped as a router is."""

    def __init__(self, router: Space, folder: Path, stack: ExitStack) -> None:
        """Skips where it is not installed. Its outer address is set by `put_at`."""
        if PROGRAM is None:
            pytest.skip("miniupnpd is not installed (package miniupnpd)")
        self._router = router
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        stack.callback(self.stop)
        router.filter(_CHAINS)

    def put_at(self, host: str) -> None:
        """Give the router another outer address: it knows the rig's own for reserved ones."""
        self._router.ip("address flush dev eth0", f"address add {host}/24 dev eth0")

    def start(self, *, datagrams: bool = True, upnp: bool = True, more: str = "") -> None:
        """Start it, with PCP and NAT-PMP, or UPnP, or both."""
        switch = {True: "yes", False: "no"}
        text = _SETTINGS.format(
            datagrams=switch[datagrams], upnp=switch[upnp], folder=self._folder, more=more
        )
        settings = self._folder / "miniupnpd.conf"
        settings.write_text(text)
        command = [str(PROGRAM), "-d", "-f", str(settings), "-P", str(self._folder / "pid")]
        words = [*self._router.inside, *command]
        with (self._folder / "miniupnpd.log").open("ab") as log:
            self._process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """Stop it as a power cut does, with all that it knew."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
            for chain in ("mapped", "ports", "back"):
                self._router.filter(f"flush chain inet miniupnpd {chain}")

    @property
    def log(self) -> str:
        """What it said."""
        return (self._folder / "miniupnpd.log").read_text(errors="replace")

    @property
    def ports(self) -> str:
        """The rules that it has made."""
        return self._router.run("nft", "list", "chain", "inet", "miniupnpd", "ports")

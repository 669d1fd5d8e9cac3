"""The look of what the doctor found to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _, mark

from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.doctor.diagnosis import Diagnosis

_CHECKS = {
    "permissions": mark("permissions"),
    "disk": mark("disk"),
    "store": mark("store"),
    "clock": mark("clock"),
    "keys": mark("keys"),
    "feed": mark("feed"),
    "node key": mark("node key"),
    "node": mark("node"),
    "proxy": mark("proxy"),
    "listening": mark("listening"),
    "reachability": mark("reachability"),
    "port": mark("port"),
    "mapping": mark("mapping"),
    "router": mark("router"),
    "relays": mark("relays"),
    "peers": mark("peers"),
    "mdns": mark("mdns"),
}
"""What is looked at, as people read it."""


def show_diagnosis(out: Output, diagnosis: Diagnosis) -> None:
    """Print whether a thing is well and what was found, and below it what to do."""
    words = _("ok   ") if diagnosis.ok else _("WRONG")
    out.line(f"{words} {_(_CHECKS.get(diagnosis.check, diagnosis.check))}:", diagnosis.found)
    if diagnosis.advice:
        out.indented(f"    -> {diagnosis.advice}")

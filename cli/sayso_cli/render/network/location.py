"""The look of a place where an account is said to be."""

from __future__ import annotations

from typing import Any

from sayso_node.clock import now_ms
from sayso_node.text.relative_time import for_people
from sayso_node.timestamps import parse_time
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ...terminal.output import Output
from ...terminal.own_text import Whole

SAID_BY = {
    "connected": mark("connected now, and carries the account"),
    "account": mark("said by the account itself"),
    "itself": mark("says so of itself, which proves nothing"),
}


def show_location(out: Output, location: dict[str, Any]) -> None:
    """Print a node, where it is, and who says so."""
    out.line(Whole(location["peer"]))
    for address in location["addrs"]:
        out.indented(Whole(address))
    if not location["addrs"]:
        out.indented(_("it came to this node, and where it can be reached is not known"))
    words = [_(SAID_BY[location["by"]]) if location["by"] in SAID_BY else location["by"]]
    if location["time"] and location["by"] == "account":
        now = now_ms()
        words.append(for_people(parse_time(location["time"], now), now))
    places = location.get("places")
    if places is not None:
        words.append(
            _("found at {n_place}").format(n_place=quantity(places, "place"))
            if places
            else _("known from before")
        )
    out.indented(", ".join(words))

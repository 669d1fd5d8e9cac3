"""The look of a place where an account is said to be."""

from __future__ import annotations

from typing import Any

from sayso_node.clock import now_ms
from sayso_node.text.relative_time import for_people
from sayso_node.timestamps import parse_time
from sayso_protocol.quantity import quantity

from ...terminal.output import Output
from ...terminal.own_text import Whole

SAID_BY = {
    "connected": "connected now, and carries the account",
    "account": "said by the account itself",
    "itself": "says so of itself, which proves nothing",
}


def show_location(out: Output, location: dict[str, Any]) -> None:
    """Print a node, where it is, and who says so."""
    out.line(Whole(location["peer"]))
    for address in location["addrs"]:
        out.indented(Whole(address))
    words = [SAID_BY.get(location["by"], location["by"])]
    if location["time"] and location["by"] == "account":
        now = now_ms()
        words.append(for_people(parse_time(location["time"], now), now))
    places = location.get("places")
    if places is not None:
        words.append(f"found at {quantity(places, 'place')}" if places else "known from before")
    out.indented(", ".join(words))

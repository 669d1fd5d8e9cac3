"""The look of a roster to a person, and its form for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...terminal.output import Output

if TYPE_CHECKING:
    from sayso_protocol.sync.rosters.roster import Roster


def roster_record(roster: Roster | None) -> dict[str, object]:
    """A roster for programs; null and nothing where there is none."""
    from sayso_node.timestamps import time_text

    if roster is None:
        return {"store": None, "version": 0, "until": None, "nodes": []}
    return {
        "store": key_text(roster.store),
        "version": roster.version,
        "until": time_text(roster.until_ms),
        "nodes": [
            {"peer": peer_id_of_key(one.node), "agreed": time_text(one.time_ms)}
            for one in roster.consents
        ],
    }


def show_roster(out: Output, roster: Roster) -> None:
    """Print a roster."""
    from sayso_node.timestamps import time_text

    out.line(_("key of this hub's store:"), key_text(roster.store))
    out.line(
        _("front ends: {n_node}, roster {version}, good until {until}").format(
            n_node=quantity(len(roster.consents), "node"),
            version=roster.version,
            until=time_text(roster.until_ms),
        )
    )
    for one in roster.consents:
        out.indented(peer_id_of_key(one.node))

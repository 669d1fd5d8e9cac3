"""The look of a peer to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity

from ..terminal.output import Output

if TYPE_CHECKING:
    from ..context import Context


def show_peer(out: Output, peer: dict[str, Any]) -> None:
    """Print a peer on one line, and where it is on a second."""
    way = "dialled" if peer["outbound"] else "came in"
    state = "in sync" if peer["in_sync"] else "syncing"
    traffic = f"received {peer['received']}, sent {quantity(peer['sent'], 'entry')}"
    out.line(peer["peer_id"], state, traffic)
    out.indented(way, peer["addr"], peer["software"])
    for word in ("forked", "ended"):
        if peer[word]:
            out.indented(f"wants feeds that have {word}: {len(peer[word])}")


def missing_peer(*, running: bool) -> str:
    """What to do where no peer is connected, so that nothing comes or goes. A node that starts
    knows no peer but those that it is given."""
    if running:
        return "no peer is connected: give one with `sayso connect MADDR`"
    return "no peer is known: give one with `sayso run --peer MADDR`, or once `sayso sync MADDR`"


def hint_of_missing_peer(context: Context) -> str | None:
    """`missing_peer` as of now; None where a peer is connected."""
    from sayso_node.control.client import is_running, request
    from sayso_node.errors import ControlError

    if not is_running(context.home):
        return missing_peer(running=False)
    try:
        sessions = request(context.home, "status")["sessions"]
    except ControlError:
        return None  # it stops at this moment: what was asked for is done all the same
    return None if sessions else missing_peer(running=True)

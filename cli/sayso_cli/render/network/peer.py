"""The look of a peer to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...terminal.output import Output
from ...terminal.own_text import Whole

if TYPE_CHECKING:
    from ...context import Context


def show_peer(out: Output, peer: dict[str, Any]) -> None:
    """Print a peer on one line, and where it is on a second."""
    if peer.get("state", "connected") != "connected":
        out.line(Whole(peer["peer"]), peer["state"], _last_seen(peer))
        out.indented(Whole(peer["addr"]))
        return
    way = _("dialled") if peer["outbound"] else _("came in")
    path = {"lan": _("on the local network"), "relayed": _("over a relay")}.get(
        peer.get("path", ""), ""
    )
    state = _("in sync") if peer["in_sync"] else _("syncing")
    traffic = _("received {peer}, sent {n_entry}").format(
        peer=peer["received"], n_entry=quantity(peer["sent"], "entry")
    )
    out.line(Whole(peer["peer_id"]), state, traffic)
    out.indented(*filter(None, (way, path, Whole(peer["addr"]), peer["software"])))
    if peer["forked"]:
        out.indented(_("wants feeds that have forked: {count}").format(count=len(peer["forked"])))
    if peer["ended"]:
        out.indented(_("wants feeds that have ended: {count}").format(count=len(peer["ended"])))


def show_start(out: Output, event: Mapping[str, Any]) -> None:
    """Print whom of the known peers a node reaches at its start, whom not, and what to do."""
    missing = event["missing"]
    if not missing:
        out.line(_("All known peers are reached: {event}.").format(event=event["connected"]))
        return
    known = quantity(event["connected"] + len(missing), "known peer")
    out.line(
        _("Reached {event} of {known}. Not reached:").format(event=event["connected"], known=known)
    )
    for peer in missing:
        out.indented(Whole(peer["peer"]), _last_seen(peer))
        out.indented(Whole(peer["addr"]))
    for words in (
        _(
            "They are tried again and again. If one has another address by now, ask its owner for\n"
            "it: `sayso connect MADDR` takes it."
        )
    ).split("\n"):
        out.line(words)


def _last_seen(peer: Mapping[str, Any]) -> str:
    if not peer["last_seen"]:
        return _("never connected")
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import for_people
    from sayso_node.timestamps import parse_time

    return _("last connected {for_people}").format(
        for_people=for_people(parse_time(peer["last_seen"], now_ms()), now_ms())
    )


def missing_peer(*, running: bool, known: int = 0) -> str:
    """What to do where no peer is connected, so that nothing comes or goes. `known` are those that
    a node dials by itself."""
    if running and known:
        return (
            _(
                "no peer is connected now: the {known} known are tried again and again, and "
                "`sayso connect MADDR` names another"
            )
        ).format(known=known)
    if running:
        return _("no peer is connected: give one with `sayso connect MADDR`")
    if known:
        return _("the node is stopped: `sayso run` dials the {n_peer} that it knows").format(
            n_peer=quantity(known, "peer")
        )
    return _("no peer is known: give one with `sayso run --peer MADDR`, or once `sayso sync MADDR`")


def hint_of_missing_peer(context: Context) -> str | None:
    """`missing_peer` as of now; None where a peer is connected."""
    from sayso_node.control.client import is_running, request
    from sayso_node.errors import ControlError

    if not is_running(context.home):
        from sayso_node.daemon.peer_list import stored_peers

        with context.store() as store:
            return missing_peer(running=False, known=len(stored_peers(store)))
    try:
        status = request(context.home, "status")
    except ControlError:
        return None  # it stops at this moment: what was asked for is done all the same
    return None if status["sessions"] else missing_peer(running=True, known=status.get("away", 0))

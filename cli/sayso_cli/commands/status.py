"""Say how the node and the store are, whether the node runs or not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, FAILED
from ..render.amount import size_text
from ..render.network.peer import missing_peer
from ..render.people.account import show_conditions, show_move
from ..terminal.output import Output
from ..terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_node.accounts.holdings import Conditions
    from sayso_node.accounts.names import Names
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--check",
        action="store_true",
        help=_("end with 1 unless the node runs and can store: for whoever watches over it"),
    )


def run(context: Context) -> int:
    """Print the state."""
    from sayso_node.accounts.holdings import conditions, moves
    from sayso_node.clock import now_ms
    from sayso_node.compose.clock_check import clock_doubt

    with context.store() as store:
        counts, carried = store.counts(), conditions(store.feeds_carried())
        moved, moved_to = moves(store), _moved_to(store)
        state = _state_of_node(context, store) | {
            "accounts": counts.accounts,
            "feeds": counts.feeds,
            "entries": counts.entries,
            "bytes": counts.bytes,
            "home": str(context.home.path),
            "moved_to": moved_to,
            **carried.as_json(),
            "moved": moved,
            "clock": clock_doubt(store, now_ms()),
        }
        context.out.record(state)
        _show(context, state, carried, context.names(store))
    is_well = state["reachability"] != "stopped" and not state["trouble"]
    return DONE if is_well or not context.args.check else FAILED


def _moved_to(store: Store) -> str | None:
    """The key that the own account was rotated to, where this home has not followed yet."""
    from sayso_node.accounts.lineage import line_of, own_account
    from sayso_protocol.crypto.keys import key_text

    own = own_account(store)
    latest = line_of(store, own)[-1]
    return None if latest == own else key_text(latest)


def _state_of_node(context: Context, store: Store) -> dict[str, Any]:
    from sayso_node.control.client import is_running, request

    if is_running(context.home):
        return request(context.home, "status")
    from sayso_node.daemon.peer_list import stored_peers

    known = len(stored_peers(store))
    return {
        "peer_id": _peer_id(context),
        "addrs": [],
        "reachability": "stopped",
        "findings": [],
        "advice": [],
        "sessions": 0,
        "known_peers": known,
        "away": known,
        "refused": 0,
        "gave_way": 0,
        "uptime": 0,
        "trouble": None,
        "left": {},
        "lan": None,
        "relaying": None,
        "letters": None,
    }


def _peer_id(context: Context) -> str | None:
    if not context.home.node_key.exists():
        return None  # the next start makes one
    from sayso_node.home.node_key import node_seed
    from sayso_node.network.transport import peer_id_of

    return peer_id_of(node_seed(context.home))


def _show(context: Context, state: dict[str, Any], carried: Conditions, names: Names) -> None:
    out = context.out
    if out.json:
        return
    is_running = state["reachability"] != "stopped"
    _show_node(out, state, is_running=is_running)
    if is_running:
        _show_reach(out, state)
        _show_peers(out, state)
    if not state["sessions"]:
        hint = missing_peer(running=is_running, known=state.get("away", 0))
        out.field("" if is_running else _("peers"), hint)
    style = out.style
    if state["trouble"]:
        out.field(_("trouble"), style.bad(state["trouble"]))
    if state["clock"]:
        out.field(_("clock"), style.warning(state["clock"]))
    if state["moved_to"]:
        moved = _("Your account has another key by now:")
        out.field(_("account"), style.warning(moved), Whole(state["moved_to"]))
        out.field("", _("Posts from this device no longer count."))
        out.field("", _("To follow it: `sayso rotate --phrase-file F`"))
    held = _("{n_entry} of {n_feed}, {size}").format(
        n_entry=quantity(state["entries"], "entry"),
        n_feed=quantity(state["feeds"], "feed"),
        size=size_text(state["bytes"]),
    )
    out.field(_("store"), held)
    out.field("", Whole(state["home"]))
    show_conditions(out, carried, names)
    for old, new in state["moved"].items():
        show_move(out, old, new, names)


def _show_node(out: Output, state: dict[str, Any], *, is_running: bool) -> None:
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import for_people

    style, peer_id = out.style, Whole(state["peer_id"] or "")
    if not is_running:
        out.field(_("node"), style.bold(_("stopped")))
        out.field("", peer_id)
        return
    started = for_people(now_ms() - round(state["uptime"] * 1000), now_ms())
    out.field(_("node"), style.good(_("runs")), _("started {started}").format(started=started))
    out.field("", peer_id)
    for at, address in enumerate(state["addrs"]):
        out.field("" if at else _("listens"), Whole(address))


def _show_reach(out: Output, state: dict[str, Any]) -> None:
    """Say how others reach this home and what its owner can do; of a node that was started before
    an update, in a word."""
    from sayso_node.text.reach_words import reach_word

    findings = " ".join(state.get("findings", ()))
    how = reach_word(state["reachability"])
    out.field(_("reached"), f"{how}: {findings}" if findings else how)
    for advice in state.get("advice", ()):
        out.field(_("to do"), advice)


def _show_peers(out: Output, state: dict[str, Any]) -> None:
    """Say who is connected, who was left or turned away, and what is done for others."""
    known = _("{connected} connected, {away} away")
    out.field(_("peers"), known.format(connected=state["sessions"], away=state.get("away", 0)))
    lan = state.get("lan")
    if lan is None:
        out.field("", _("local network: nobody is looked for, and this node does not show itself"))
    else:
        out.field("", _("local network:"), ", ".join(lan["links"]) or _("none here"))
    if relaying := state.get("relaying"):
        reached = quantity(relaying["places"], "peer")
        passed = quantity(relaying["circuits"], "connection")
        today = size_text(relaying["bytes_today"])
        relayed = _("relays for others: {reached} reached, {passed} passed on, {today} today")
        out.field("", relayed.format(reached=reached, passed=passed, today=today))
    letters = state.get("letters")
    if letters and letters["held"]:
        held = _("holds for others: {n_letter}, {size}")
        size = size_text(letters["bytes"])
        out.field("", held.format(n_letter=quantity(letters["held"], "letter"), size=size))
    refused, gave_way = state.get("refused", 0), state.get("gave_way", 0)
    if refused or gave_way:
        scarce = _("seats are scarce: {n_peer} got none, {gave_way} gave way to others")
        out.field("", scarce.format(n_peer=quantity(refused, "peer"), gave_way=gave_way))
    for code, count in sorted(state.get("left", {}).items()):
        out.field("", _("left for {code}: {count}").format(code=code, count=count))

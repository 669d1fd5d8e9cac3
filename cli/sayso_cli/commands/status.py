"""Say how the node and the store are, whether the node runs or not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity

from ..context import Context
from ..errors import DONE
from ..render.amount import size_text
from ..render.network.peer import missing_peer
from ..render.people.account import show_conditions, show_move

if TYPE_CHECKING:
    from sayso_node.accounts.holdings import Conditions
    from sayso_node.accounts.names import Names
    from sayso_storage.interface.store import Store

    from ..terminal.output import Output


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


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
    return DONE


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
    }


def _peer_id(context: Context) -> str | None:
    if not context.home.node_key.exists():
        return None  # the next start makes one
    from sayso_node.home.node_key import node_seed
    from sayso_node.network.transport import peer_id_of

    return peer_id_of(node_seed(context.home))


def _show(context: Context, state: dict[str, Any], carried: Conditions, names: Names) -> None:
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import for_people

    out = context.out
    if state["reachability"] == "stopped":
        out.heading("The node is stopped", state["peer_id"] or "")
    else:
        started = for_people(now_ms() - round(state["uptime"] * 1000), now_ms())
        out.heading(f"The node runs, started {started}", state["peer_id"])
        for address in state["addrs"]:
            out.indented(address)
        _show_reach(out, state)
        out.indented(f"peers: {state['sessions']} connected, {state.get('away', 0)} away")
        _show_lan(out, state)
        _show_relaying(out, state)
        _show_seats(out, state)
        for code, count in sorted(state.get("left", {}).items()):
            out.indented(f"left for {code}: {count}")
    if not state["sessions"]:
        running = state["reachability"] != "stopped"
        out.indented(missing_peer(running=running, known=state.get("away", 0)))
    if state["trouble"]:
        out.indented("trouble:", state["trouble"])
    if state["clock"]:
        out.line("The clock:", state["clock"])
    if state["moved_to"]:
        out.line("Your account has another key by now:", state["moved_to"])
        out.indented("Posts from this device no longer count.")
        out.indented("To follow it: `sayso rotate --phrase-file F`")
    out.line(
        f"{quantity(state['entries'], 'entry')} of {quantity(state['feeds'], 'feed')}, "
        f"{size_text(state['bytes'])} in"
    )
    out.indented(state["home"])
    show_conditions(out, carried, names)
    for old, new in state["moved"].items():
        show_move(out, old, new, names)


def _show_relaying(out: Output, state: dict[str, Any]) -> None:
    """Say what this node does for peers that nobody can call."""
    if relaying := state.get("relaying"):
        reached = quantity(relaying["places"], "peer")
        passed = quantity(relaying["circuits"], "connection")
        today = size_text(relaying["bytes_today"])
        out.indented(f"relays for others: {reached} reached, {passed} passed on, {today} today")


def _show_lan(out: Output, state: dict[str, Any]) -> None:
    """Say where others are looked for in the room."""
    lan = state.get("lan")
    if lan is None:
        out.indented("local network: nobody is looked for, and this node does not show itself")
    else:
        out.indented("local network:", ", ".join(lan["links"]) or "none here")


def _show_reach(out: Output, state: dict[str, Any]) -> None:
    """Say how others reach this home and what its owner can do; of a node that was started before
    an update, in a word."""
    findings = " ".join(state.get("findings", ()))
    out.indented(f"{state['reachability']}: {findings}" if findings else state["reachability"])
    for advice in state.get("advice", ()):
        out.indented("to do:", advice)


def _show_seats(out: Output, state: dict[str, Any]) -> None:
    """Say where strangers were turned away; a node that was started before an update does not."""
    refused, gave_way = state.get("refused", 0), state.get("gave_way", 0)
    if refused or gave_way:
        out.indented(
            f"seats are scarce: {quantity(refused, 'peer')} got none, {gave_way} gave way to others"
        )

"""How the node is: whom it reaches, what is missing, and what its owner can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sayso_protocol.crypto.keys import key_text

from ...accounts.follows import following
from ...accounts.holdings import conditions
from ...clock import now_ms
from ...compose.clock_check import clock_doubt
from ...errors import NodeError
from ...timestamps import parse_time
from ..form import Form
from .visit import Visit, back


async def ask_status(visit: Visit) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """What the node says of itself, and its peers; nothing where it does not answer."""
    return await _asked(visit, "status"), (await _asked(visit, "peers")).get("peers", [])


def status_page(visit: Visit, found: tuple[Mapping[str, Any], list[Mapping[str, Any]]]) -> Response:
    """The node, its peers, and what of the accounts that are followed is not here."""
    node, peers = found
    store, names = visit.store, visit.names()
    lacking = [one for one in following(store, names) if one.missing or not one.feeds]
    return visit.render(
        "status.html",
        node=node,
        started_ms=now_ms() - round(float(node.get("uptime", 0)) * 1000),
        peers=[_with_time(one) for one in peers],
        lacking=[(key_text(one.account), one) for one in lacking],
        counts=store.counts(),
        odd=conditions(store.feeds_carried()),
        names=names,
        clock=clock_doubt(store, now_ms()),
        path=str(visit.home.path),
    )


async def _asked(visit: Visit, do: str) -> Mapping[str, Any]:
    try:
        return await visit.context.ask(do)
    except NodeError:
        return {}


def _with_time(peer: Mapping[str, Any]) -> dict[str, Any]:
    seen = peer.get("last_seen")
    return {**peer, "seen_ms": parse_time(seen, now_ms()) if seen else None}


async def connect_peer(visit: Visit, typed: Form) -> Response:
    """Connect to a peer, now and after every start."""
    await visit.context.ask("connect", address=typed.text("address").strip())
    return back(typed, "/status", "connected")

"""List the peers: those that are connected, and those that are remembered."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..render.network.peer import show_peer
from ..terminal.own_text import Whole


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--forget", metavar="PEER", help=_("dial this peer no more: its id, as 12D3KooW…")
    )


def run(context: Context) -> int:
    """Print a line a peer."""
    if context.args.forget is not None:
        return _forget(context, context.args.forget)
    peers = _peers(context)
    for peer in peers:
        context.out.record(peer)
        show_peer(context.out, peer)
    if not peers:
        context.out.note(_("No peer is known: `sayso connect MADDR` adds one."))
    return DONE


def _forget(context: Context, peer_id: str) -> int:
    from sayso_node.control.client import is_running, request
    from sayso_node.errors import NotFound

    if is_running(context.home):
        was_known = request(context.home, "forget-peer", peer=peer_id)["known"]
    else:
        from sayso_node.daemon.peer_list import forget_stored_peer

        with context.store() as store:
            was_known = forget_stored_peer(store, peer_id)
    if not was_known:
        raise NotFound(
            _("no peer {peer_id} is remembered: `sayso peers` lists those that are").format(
                peer_id=peer_id
            )
        )
    context.out.record({"peer": peer_id, "forgotten": True})
    context.out.line(_("Forgotten:"), Whole(peer_id))
    return DONE


def _peers(context: Context) -> list[dict[str, Any]]:
    from sayso_node.control.client import is_running, request

    if is_running(context.home):
        found: list[dict[str, Any]] = request(context.home, "peers")["peers"]
        return found
    from sayso_node.daemon.peer_list import stored_peers

    with context.store() as store:
        return [dict(peer) for peer in stored_peers(store)]

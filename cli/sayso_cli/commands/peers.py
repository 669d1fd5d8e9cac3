"""List the peers: those that are connected, and those that are remembered."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from ..context import Context
from ..errors import DONE
from ..render.peer import show_peer


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print a line a peer."""
    peers = _peers(context)
    for peer in peers:
        context.out.record(peer)
        show_peer(context.out, peer)
    if not peers:
        context.out.note("No peer is known: `sayso connect MADDR` adds one.")
    return DONE


def _peers(context: Context) -> list[dict[str, Any]]:
    from sayso_node.control.client import is_running, request

    if is_running(context.home):
        found: list[dict[str, Any]] = request(context.home, "peers")["peers"]
        return found
    from sayso_node.daemon.peer_list import stored_peers

    with context.store() as store:
        return [dict(peer) for peer in stored_peers(store)]

"""List the peers that the running node has a link to."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..render.peer import show_peer


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print a line a peer."""
    from sayso_node.control.client import request

    peers = request(context.home, "peers")["peers"]
    for peer in peers:
        context.out.record(peer)
        show_peer(context.out, peer)
    if not peers:
        context.out.note("No peers at the moment: `sayso connect MADDR` adds one.")
    return DONE

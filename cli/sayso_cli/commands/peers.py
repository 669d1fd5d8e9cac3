"""List the peers that the running node has a link to."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..render.peer import show_peer


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(session: Context) -> int:
    """Print a line a peer."""
    from sayso_node.control.client import request

    peers = request(session.home, "peers")["peers"]
    for peer in peers:
        session.out.record(peer)
        show_peer(session.out, peer)
    if not peers:
        session.out.note("No peers at the moment: `sayso connect MADDR` adds one.")
    return DONE

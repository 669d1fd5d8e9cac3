"""Let the running node connect to a peer, and stay connected."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..render.peer import show_peer

PATIENCE = 30
"""Seconds; dialling has its own, shorter time-out."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("address", metavar="MADDR", help="as /ip4/…/tcp/…/p2p/12D3KooW…")


def run(session: Context) -> int:
    """Connect, and print the peer."""
    from sayso_node.control.client import request

    peer = request(session.home, "connect", patience=PATIENCE, address=session.args.address)
    session.out.record(peer)
    show_peer(session.out, peer)
    return DONE

"""Let the running node connect to a peer, and stay connected, after every start too."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..render.network.peer import show_peer
from ..terminal.wait_notice import waiting

PATIENCE = 30
"""Seconds; dialling has its own, shorter time-out."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("address", metavar="MADDR", help=_("as /ip4/…/tcp/…/p2p/12D3KooW…"))


def run(context: Context) -> int:
    """Connect, and print the peer."""
    from sayso_node.control.client import request

    with waiting("connecting"):
        peer = request(context.home, "connect", patience=PATIENCE, address=context.args.address)
    context.out.record(peer)
    show_peer(context.out, peer)
    return DONE

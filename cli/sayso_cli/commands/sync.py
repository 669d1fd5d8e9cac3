"""Exchange entries with one peer, once: by the running node, or else without one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from sayso_protocol.quantity import quantity

from ..context import Context
from ..errors import DONE, Failure
from ..render.amount import size_text
from ..render.exchange import add_timeout, receiving

GRACE = 30
"""Seconds beyond the time-out that the running node gets for dialling and answering."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("address", metavar="MADDR", help="as /ip4/…/tcp/…/p2p/12D3KooW…")
    add_timeout(parser)


def run(context: Context) -> int:
    """Sync and print how it went."""
    from sayso_node.control.client import is_running

    result = _by_node(context) if is_running(context.home) else _alone(context)
    context.out.record(result)
    context.out.line(
        f"received {result['received']}, sent {quantity(result['sent'], 'entry')}",
        f"in {result['seconds']} s",
        f"({size_text(result['bytes_in'])} in, {size_text(result['bytes_out'])} out)",
    )
    if not result["in_sync"]:
        raise Failure("time was up before both sides had everything: sync again", "timeout")
    return DONE


def _by_node(context: Context) -> dict[str, Any]:
    from sayso_node.control.client import request

    args = context.args
    patience = args.timeout + GRACE
    return request(
        context.home, "sync", patience=patience, address=args.address, timeout=args.timeout
    )


def _alone(context: Context) -> dict[str, Any]:
    from sayso_node.daemon.run import sync_with

    args = context.args
    with receiving(context.out) as progress:
        return dict(sync_with(context.home, args.address, timeout=args.timeout, progress=progress))

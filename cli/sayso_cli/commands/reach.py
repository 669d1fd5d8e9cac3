"""Ask the connected peers which of them hold an entry, and tell who acknowledged it.

Nobody has to answer: hubs do, homes do where their owner chose to. So it is no count of readers.
With --acknowledge on or off this home chooses whether it answers others.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, UsageError
from ..terminal.own_text import Whole
from ..terminal.wait_notice import waiting

PATIENCE = 15.0
"""Seconds that the node may take: peers are asked at once, and have five each."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", nargs="?", help=_("which entry"))
    parser.add_argument(
        "--acknowledge",
        choices=("on", "off"),
        help=_("whether this home tells others, when they ask, that it holds an entry"),
    )


def run(context: Context) -> int:
    """Ask, or choose."""
    args = context.args
    if args.id is None and args.acknowledge is None:
        raise UsageError(_("give an ID, or --acknowledge on or off (see `sayso reach --help`)"))
    if args.acknowledge is not None:
        _choose(context)
    if args.id is not None:
        _ask(context)
    return DONE


def _choose(context: Context) -> None:
    from sayso_node.hub.acknowledgement_choice import choose

    does = context.args.acknowledge == "on"
    with context.store():  # only where there is an account is there a choice
        choose(context.home, acknowledges=does)
    context.out.record({"acknowledge": does})
    context.out.line(
        _("this home acknowledges, to whoever asks, that it holds an entry")
        if does
        else _("this home does not tell whether it holds an entry")
    )


def _ask(context: Context) -> None:
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.control.client import request
    from sayso_protocol.feed.entry import id_text

    with context.store() as store:
        entry = find_entry(store, context.args.id)
    with waiting(_("asking peers")):
        found = request(context.home, "reach", patience=PATIENCE, id=entry.id.hex())
    context.out.record({"id": id_text(entry.id), **found})
    if not context.out.json:
        _show(context, found)


def _show(context: Context, found: dict[str, Any]) -> None:
    holders, asked = found["holders"], int(found["peers_asked"])
    if not asked:
        context.out.note(_("No peer is connected that could be asked: `sayso connect MADDR`."))
        return
    context.out.line(
        _("{holders} of {n_peer} asked acknowledged that they hold it").format(
            holders=len(holders), n_peer=quantity(asked, "peer")
        )
    )
    for one in holders:
        context.out.indented(Whole(one["peer"]), str(one["time"]))
    context.out.indented(_("(others may hold it and not say so; nobody beyond these was asked)"))

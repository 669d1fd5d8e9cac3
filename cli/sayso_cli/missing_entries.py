"""Entries that a conversation names and that are not held here, fetched for one look."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from .context import Context
from .render.network.exchange import add_timeout, receiving

if TYPE_CHECKING:
    from sayso_node.daemon.one_off.missing_fetch import Fetched
    from sayso_node.entries.item import Item
    from sayso_storage.interface.store import Store


def add_fetch(parser: ArgumentParser) -> None:
    """Add the options of commands that fetch."""
    parser.add_argument(
        "--fetch",
        action="store_true",
        help=_("get what is not held here from peers, for this look"),
    )
    add_timeout(parser)


def with_missing(context: Context, store: Store, items: Sequence[Item]) -> list[Item]:
    """Items with what they lack, as far as peers have it. Says how that went."""
    from sayso_node.daemon.one_off.missing_fetch import fetch_missing
    from sayso_node.timeline.missing_entries import filled, missing_of

    wanted = missing_of(items)
    if not wanted:
        context.out.note(_("Nothing is missing here."))
        return list(items)
    out = context.out
    with receiving(out) as progress:
        found = fetch_missing(
            context.home,
            store,
            wanted,
            timeout=context.args.timeout,
            progress=progress,
            tell=out.note,
        )
    _report(context, found)
    return [filled(item, found.items) for item in items]


def _report(context: Context, found: Fetched) -> None:
    came, lack = len(found.items), len(found.missing)
    asked = quantity(found.peers, "peer")
    if came:
        context.out.note(
            _("{n_entry} fetched from {asked}, for this look: what you follow is kept.").format(
                n_entry=quantity(came, "entry"), asked=asked
            )
        )
    if lack:
        hint = (
            _("no peer is known: `sayso connect MADDR`")
            if not found.peers
            else _("connect to somebody who follows its author: `sayso connect MADDR`")
        )
        context.out.note(
            _("{n_entry} still missing after {asked}; {hint}").format(
                n_entry=quantity(lack, "entry"), asked=asked, hint=hint
            )
        )

"""Show the whole conversation that an entry stands in: an answer under what it answers."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..context import Context
from ..errors import DONE
from ..missing import add_fetch, with_missing
from ..rule_options import add_unfiltered, timeline_reader

if TYPE_CHECKING:
    from sayso_node.entries.item import Item


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")
    add_unfiltered(parser)
    add_fetch(parser)


def run(context: Context) -> int:
    """Print the entries."""
    from sayso_node.timeline.thread import MAX_CONVERSATION

    from ..render.entry.item import show_entry

    shown = 0
    with context.store() as store:
        names = context.names(store)
        items: Iterable[Item] = timeline_reader(context, store).thread(context.args.id)
        if context.args.fetch:
            items = with_missing(context, store, list(items))
        for item in items:
            unfold = context.args.unfiltered
            show_entry(context.out, item, names, whole=False, unfold=unfold, answered=False)
            shown += 1
    if shown >= MAX_CONVERSATION:
        context.out.note("The conversation is longer: only a part of it is shown.")
    return DONE

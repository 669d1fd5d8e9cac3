"""Show the whole conversation that an entry stands in, an answer under what it answers."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..rule_options import add_unfiltered, timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")
    add_unfiltered(parser)


def run(context: Context) -> int:
    """Print the entries."""
    from sayso_node.timeline.thread import MAX_CONVERSATION

    from ..render.entry import show_entry

    shown = 0
    with context.store() as store:
        names = context.names(store)
        for item in timeline_reader(context, store).thread(context.args.id):
            show_entry(context.out, item, names, whole=False, unfold=context.args.unfiltered)
            shown += 1
    if shown >= MAX_CONVERSATION:
        context.out.note("The conversation is longer: only a part of it is shown.")
    return DONE

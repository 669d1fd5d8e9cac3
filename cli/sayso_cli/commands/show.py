"""Show one entry of any kind, whole, and who reacted to it."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE, Failure
from ..rule_options import timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")


def run(context: Context) -> int:
    """Print the entry."""
    from ..render.entry import show_entry, show_reactions

    with context.store() as store:
        item = timeline_reader(context, store).entry(context.args.id)
    show_entry(context.out, item, whole=True)
    show_reactions(context.out, item)
    if item.is_damaged:
        raise Failure(
            "the stored text is damaged: run the node, which fetches it again from peers that "
            "have it",
            "damaged",
        )
    return DONE

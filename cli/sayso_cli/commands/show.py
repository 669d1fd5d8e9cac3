"""Show one entry of any kind, whole, and who reacted to it; with --history all its versions, and
what each changed: {+new+} words and those that are [-gone-]."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..missing_entries import add_fetch, with_missing
from ..options import add_paging, add_pictures
from ..rule_options import timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument("--history", action="store_true", help=_("also the versions before"))
    add_fetch(parser)
    add_paging(parser)
    add_pictures(parser)


def run(context: Context) -> int:
    """Print the entry."""
    from ..render.entry.item import show_entry, show_reactions
    from ..render.entry.version import show_history

    with context.store() as store:
        reader = timeline_reader(context, store)
        item = reader.entry(context.args.id, history=context.args.history, named=context.args.fetch)
        if context.args.fetch:
            [item] = with_missing(context, store, [item])
        names = context.names(store)
        context.page(store)
        show_entry(context.out, item, names, whole=True)
        show_reactions(context.out, item, names)
        if not context.out.json:
            show_history(context.out, item)
    if item.is_damaged:
        raise Failure(
            _(
                "the stored text is damaged: run the node, which fetches it again from peers that "
                "have it"
            ),
            "damaged",
        )
    return DONE

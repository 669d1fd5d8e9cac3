"""Show the entries that you marked, the last mark first."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_paging, add_pictures
from ..rule_options import timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_paging(parser)
    add_pictures(parser)


def run(context: Context) -> int:
    """Print the entries."""
    from ..render.entry.item import show_entry

    shown = 0
    with context.store() as store:
        names = context.names(store)
        context.page(store)
        for item in timeline_reader(context, store).bookmarks():
            show_entry(context.out, item, names, whole=False)
            shown += 1
    if not shown:
        context.out.note(_("There are no bookmarks: `sayso bookmark ID` makes one."))
    return DONE

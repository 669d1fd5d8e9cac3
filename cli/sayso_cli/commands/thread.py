"""Show the whole conversation that an entry stands in: an answer under what it answers.

Of a long one people see a page: its first entry, the line from there to the entry that was named,
what follows that, and the newest. --limit says how many.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..letters import read_letters
from ..missing_entries import add_fetch, with_missing
from ..options import add_paging, add_pictures, number
from ..rule_options import add_unfiltered, timeline_reader

if TYPE_CHECKING:
    from sayso_node.entries.item import Item
    from sayso_node.timeline.reader import TimelineReader
    from sayso_storage.interface.store import Store

LIMIT = 200
"""Entries that people are shown: some screens, and a twentieth of a second. Programs get all."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        help=_("how many at most ({limit}; with --json all)").format(limit=LIMIT),
    )
    add_unfiltered(parser)
    add_fetch(parser)
    add_paging(parser)
    add_pictures(parser)


def run(context: Context) -> int:
    """Print the entries."""
    with context.store() as store:
        reader = timeline_reader(context, store)
        if context.out.json and context.args.limit is None:
            _print_all(context, store, reader)
        else:
            _show_page(context, store, reader)
    return DONE


def _print_all(context: Context, store: Store, reader: TimelineReader) -> None:
    """Print every entry for programs, the first while the last are not read."""
    items: Iterable[Item] = reader.thread(context.args.id)
    if context.args.fetch:
        items = with_missing(context, store, list(items))
    for item in items:
        context.out.record(item.as_json())


def _show_strangers(context: Context, store: Store, items: Iterable[Item]) -> None:
    """Print one line for all strangers who answer here, where no passphrase has to be typed."""
    if not context.home.letters.exists():
        return
    from sayso_node.knocks.strangers import strangers_in

    from ..render.people.stranger import strangers_text

    ids, names = frozenset(bytes.fromhex(one.id) for one in items), context.names(store)
    if found := read_letters(context, lambda records: strangers_in(records, ids, names)):
        context.out.line(context.out.style.dim(strangers_text(len(found))))


def _show_page(context: Context, store: Store, reader: TimelineReader) -> None:
    from sayso_node.accounts.lookup import find_entry
    from sayso_protocol.feed.entry import id_text

    from ..render.entry.tree import show_tree

    args, out = context.args, context.out
    page = reader.thread_page(args.id, args.limit or LIMIT)
    items = with_missing(context, store, page.items) if args.fetch else page.items
    here = id_text(find_entry(store, args.id).id)
    context.page(store)
    show_tree(out, items, context.names(store), unfold=args.unfiltered, here=here)
    _show_strangers(context, store, items)
    if page.left_out:
        more = quantity(page.left_out, "more entry", "more entries")
        at_least = "" if page.is_whole else _("at least ")
        out.note(
            _(
                "{at_least}{more}: `sayso thread ID` shows what stands round any of these, and "
                "--limit {items} all."
            ).format(at_least=at_least, more=more, items=len(items) + page.left_out)
        )
    elif not page.is_whole:
        out.note(_("The conversation is longer: only a part of it is shown."))

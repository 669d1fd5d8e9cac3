"""Find posts by their words, newest first.

All words must be there; "words in quotes" one after the other; -word must not be there; OR
between two: one of them; harb* whatever begins so. from:KEY (or author:KEY), tag:T, lang:L, since:T
and until:T narrow it down, and need no words beside them.

The running node indexes words, the newest first. After a large sync that takes some seconds: until
then a search says how much it looked through, and --all indexes the rest before it answers.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, UsageError
from ..options import LIMIT, add_paging, add_pictures, moment, number
from ..rule_options import add_unfiltered, timeline_reader

if TYPE_CHECKING:
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("query", metavar="QUERY", nargs="+", help=_("what to look for"))
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("how many at most ({limit})").format(limit=LIMIT),
    )
    parser.add_argument("--all", action="store_true", help=_("index all entries first"))
    add_unfiltered(parser)
    add_paging(parser)
    add_pictures(parser)


def run(context: Context) -> int:
    """Print the posts found."""
    from sayso_node.errors import QueryError
    from sayso_node.timeline.reader import TimelineRequest
    from sayso_node.timeline.search import missing_share
    from sayso_node.timeline.search_syntax import read_query

    from ..render.entry.item import show_entry

    args, out = context.args, context.out
    try:
        asked = read_query(" ".join(args.query))
    except QueryError as error:
        raise UsageError(str(error)) from error
    since, until = moment(asked.since), moment(asked.until, end=True)
    if since is not None and until is not None and since >= until:
        raise UsageError(
            _("nothing is since {since} and until {until}: turn them round").format(
                since=asked.since, until=asked.until
            )
        )
    request = TimelineRequest(args.limit, asked.author, asked.tag, since, until)
    shown = 0
    with context.store() as store:
        _index(context, store)
        found = timeline_reader(context, store).search(asked.terms, request, asked.lang)
        missing = missing_share(store) if asked.terms.all_of else None
        names = context.names(store)
        context.page(store)
        for item in found:
            show_entry(out, item, names, whole=False, unfold=args.unfiltered)
            shown += 1
    if missing is not None:
        out.record({"indexed": missing.indexed, "entries": missing.entries})
    if not shown:
        out.note(_("Nothing found: only posts of the own account and of those followed are shown."))
    if missing is not None:
        looked = f"{missing.indexed} of {quantity(missing.entries, 'entry')}"
        out.note(
            _("Only {looked} are indexed yet: --all indexes the rest first.").format(looked=looked)
        )
    return DONE


def _index(context: Context, store: Store) -> None:
    """Index all that is asked for; where no node does it, a little each time."""
    from sayso_node.control.client import is_running
    from sayso_node.timeline.search import index_a_little, index_entries

    if context.args.all:
        with context.out.progress(_("indexing"), store.unindexed(), unit=_(" entries")) as progress:
            index_entries(store, progress=progress)
    elif not is_running(context.home):
        index_a_little(store)

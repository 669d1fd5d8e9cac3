"""Find posts by their words, newest first.

All words must be there; "words in quotes" one after the other; -word must not be there; OR
between two: one of them; harb* whatever begins so. from:KEY (or author:KEY), tag:T, lang:L, since:T
and until:T narrow it down, and need no words beside them.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE, UsageError
from ..options import LIMIT, moment, number
from ..rule_options import add_unfiltered, timeline_reader


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("query", metavar="QUERY", nargs="+", help="what to look for")
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
    )
    add_unfiltered(parser)


def run(context: Context) -> int:
    """Print the posts found."""
    from sayso_node.errors import QueryError
    from sayso_node.timeline.reader import TimelineRequest
    from sayso_node.timeline.search_syntax import read_query

    from ..render.entry import show_entry

    args, out = context.args, context.out
    try:
        asked = read_query(" ".join(args.query))
    except QueryError as error:
        raise UsageError(str(error)) from error
    since, until = moment(asked.since), moment(asked.until, end=True)
    if since is not None and until is not None and since >= until:
        raise UsageError(f"nothing is since {asked.since} and until {asked.until}: turn them round")
    request = TimelineRequest(args.limit, asked.author, asked.tag, since, until)
    shown = 0
    with context.store() as store:
        with out.progress("indexing", store.unindexed(), unit=" entries") as progress:
            found = timeline_reader(context, store).search(
                asked.terms, request, progress, asked.lang
            )
        names = context.names(store)
        for item in found:
            show_entry(out, item, names, whole=False, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note("Nothing found: only posts of the own account and of those followed are shown.")
    return DONE

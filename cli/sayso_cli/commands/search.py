"""Find posts by their words, newest first.

All words must be there; "words in quotes" one after the other; -word must not be there; OR
between two: one of them; harb* whatever begins so. author:KEY, tag:T and since:T narrow it down.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE, UsageError
from ..options import LIMIT, moment, number
from ..rule_options import add_unfiltered, by_rules


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("query", metavar="QUERY", nargs="+", help="what to look for")
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
    )
    add_unfiltered(parser)


def run(session: Context) -> int:
    """Print the posts found."""
    from sayso_node.accounts.lookup import known_account
    from sayso_node.coordination.hints import with_hints
    from sayso_node.errors import QueryError
    from sayso_node.timeline.search_syntax import read_query
    from sayso_node.timeline.timeline import search
    from sayso_storage.interface.store import TimelineQuery

    from ..render.entry import show_entry

    args, out = session.args, session.out
    try:
        wish = read_query(" ".join(args.query))
    except QueryError as error:
        raise UsageError(str(error)) from error
    since = moment(wish.since)
    tag = None if wish.tag is None else wish.tag.removeprefix("#")
    with session.store() as store:
        account = None if wish.author is None else known_account(store, wish.author)
        query = TimelineQuery(args.limit, account, tag, since)
        with out.progress("indexing", store.unindexed(), unit=" entries") as progress:
            found = search(store, wish.terms, query, progress)
        shown = 0
        for item in with_hints(store, session.home, by_rules(session, store, found)):
            out.record(item)
            show_entry(out, item, whole=False, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note("Nothing found: only posts of the own account and of those followed are shown.")
    return DONE

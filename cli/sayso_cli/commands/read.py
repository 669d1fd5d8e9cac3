"""Show posts and reposts, newest first: of all who are followed and own ones, or of one account.

With --view the best come first, by the score that the view gives them: of the newest 2,000 of
the last seven days, or since --since. `sayso view list` names the views.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from ..context import Context
from ..errors import DONE
from ..options import LIMIT, add_since, number, since_of
from ..rule_options import add_unfiltered, own_choice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sayso_node.filters.judge import Judge
    from sayso_storage.interface.store import Store, TimelineQuery


NEWEST = "newest"
"""The view that is none."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
    )
    parser.add_argument("--author", metavar="KEY", help="only posts of this account")
    parser.add_argument("--tag", metavar="T", help="only posts with this tag")
    add_since(parser)
    parser.add_argument("--view", metavar="NAME", help="best first, by this view")
    add_unfiltered(parser)


def run(session: Context) -> int:
    """Print the posts."""
    from sayso_node.accounts.lookup import known_account
    from sayso_node.coordination.hints import with_hints
    from sayso_storage.interface.store import TimelineQuery

    from ..render.entry import show_entry

    args, out = session.args, session.out
    since = since_of(args)
    shown = 0
    with session.store() as store:
        account = None if args.author is None else known_account(store, args.author)
        tag = None if args.tag is None else args.tag.removeprefix("#")
        query = TimelineQuery(args.limit, account, tag, since)
        for item in with_hints(store, session.home, _timeline(session, store, query)):
            out.record(item)
            show_entry(out, item, whole=False, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note("There is nothing to show yet: `sayso post` writes, `sayso follow` subscribes.")
    return DONE


def _timeline(session: Context, store: Store, query: TimelineQuery) -> Iterable[dict[str, Any]]:
    choice = own_choice(session, store)
    if session.args.view not in (None, NEWEST):
        return _ranked(session, store, query, choice)
    if choice is None:
        from sayso_node.timeline.timeline import timeline

        return timeline(store, query)
    from sayso_node.timeline.filtered import chosen_timeline

    return chosen_timeline(store, query, choice, unfiltered=session.args.unfiltered)


def _ranked(
    session: Context, store: Store, query: TimelineQuery, choice: Judge | None
) -> Iterable[dict[str, Any]]:
    from sayso_node.filters.judge import without_rules
    from sayso_node.timeline.ranked import ranked_timeline
    from sayso_node.views.file import find_view

    view = find_view(session.home, session.args.view)
    choice = choice or without_rules(store, session.home)
    return ranked_timeline(store, query, choice, view, unfiltered=session.args.unfiltered)

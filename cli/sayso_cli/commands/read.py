"""Show posts, newest first: of all who are followed and the own ones, or of one account."""

from __future__ import annotations

from argparse import ArgumentParser

from ..errors import DONE
from ..session import Session, add_since, number, since_of

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
    )
    parser.add_argument("--author", metavar="KEY", help="only posts of this account")
    parser.add_argument("--tag", metavar="T", help="only posts with this tag")
    add_since(parser)


def run(session: Session) -> int:
    """Print the posts."""
    from sayso_node.reading import timeline
    from sayso_node.resolving import known_account
    from sayso_storage.interface import TimelineQuery

    from ..entry_view import show_entry

    args, out = session.args, session.out
    since = since_of(args)
    shown = 0
    with session.store() as store:
        account = None if args.author is None else known_account(store, args.author)
        tag = None if args.tag is None else args.tag.removeprefix("#")
        for item in timeline(store, TimelineQuery(args.limit, account, tag, since)):
            out.record(item)
            show_entry(out, item, whole=False)
            shown += 1
    if not shown:
        out.note("There is nothing to show yet: `sayso post` writes, `sayso follow` subscribes.")
    return DONE

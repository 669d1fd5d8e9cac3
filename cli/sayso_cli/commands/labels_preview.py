"""Show what an account's labels would hide of the posts that are held, before they do.

Without --on, every label hides. Compared is with your rules without this account's labels;
nothing is written.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..errors import DONE
from ..label_view import add_on
from ..session import Session, add_since, number, since_of

if TYPE_CHECKING:
    from sayso_node.choice.trying import Tried
    from sayso_storage.interface import Store

Item = dict[str, Any]

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help="whose labels to try")
    add_on(parser)
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"posts listed at most ({LIMIT})"
    )
    add_since(parser)


def run(session: Session) -> int:
    """Print the posts that change, and how many they are."""
    from sayso_node.choice.surveying import check_held
    from sayso_node.resolving import find_account

    with session.store() as store:
        account = find_account(store, session.args.key)
        check_held(store, account)
        tried, labels, posts = _tried(session, store, account)
    for item in posts:
        session.out.line(item["becomes"], item["rule"], item["id"][:12])
        session.out.indented(item["name"] or "(no name)", (item["text"] or "")[:60])
    _report(session, tried, labels, posts)
    return DONE


def _tried(
    session: Session, store: Store, account: bytes
) -> tuple[Tried, Counter[str], list[Item]]:
    from sayso_node.choice.file import load_rules
    from sayso_node.choice.labellers import read_uses
    from sayso_node.choice.previewing import hide_all, preview
    from sayso_node.choice.surveying import names_of
    from sayso_node.choice.trying import Tried, item_of, newest_first
    from sayso_node.clock import now_ms
    from sayso_node.names import Names

    args, tried = session.args, Tried()
    with session.out.progress("labels", None) as progress:
        labels = names_of(store, account, progress)
    uses = read_uses(args.on) or hide_all(labels)
    compared, names = preview(load_rules(session.home), account, uses), Names(store)
    with session.out.progress("posts", store.counts().entries) as progress:
        found = compared.changes(store, now_ms(), since_of(args), progress, tried)
        newest = newest_first(found, args.limit)
    return tried, labels, [item_of(store, names, change) for change in newest]


def _report(session: Session, tried: Tried, labels: Counter[str], posts: list[Item]) -> None:
    out = session.out
    out.record(
        {
            "would_hide": tried.counts["hidden"],
            "from_followed": tried.from_followed["hidden"],
            "would_fold": tried.counts["folded"],
            "would_show": tried.counts["shown"],
            "of_posts": tried.posts,
            "labels": dict(labels.most_common()),
            "posts": posts,
        }
    )
    for how in ("hidden", "folded", "shown"):
        if tried.counts[how] or how == "hidden":
            followed = tried.from_followed[how]
            out.line(
                f"{tried.counts[how]} would be {how}, {followed} of them from people you follow"
            )
    out.line(f"of {tried.posts} posts")
    out.line("labels:", ", ".join(f"{name} ({count})" for name, count in labels.most_common(20)))

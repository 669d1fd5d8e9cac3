"""Show what a file of rules would change among the posts that are held, before it does.

The file is compared with the rules in force; nothing is written. Copy filters.toml, change
the copy, try it, and move it into place.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...file_argument import plain_input_file
from ...options import add_since, number, since_of
from ...render.people.name import account_parts, excerpt, with_names
from ...render.rules.effect import newly
from ...render.short import SHORT_ID

if TYPE_CHECKING:
    from sayso_node.filters.preview import Tried

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", metavar="FILE", help=_("the rules to try"))
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("posts listed at most ({limit})").format(limit=LIMIT),
    )
    add_since(parser)


def run(context: Context) -> int:
    """Print the posts that change, and how many they are."""
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_file, load_rules
    from sayso_node.filters.judge import Judge
    from sayso_node.filters.preview import (
        Tried,
        changes,
        held_posts,
        load_changed,
        newest_first,
    )
    from sayso_protocol.filters.rules import Stage

    args, out, tried, now = context.args, context.out, Tried(), now_ms()
    rules, since = load_file(plain_input_file(args.file)), since_of(args)
    with context.store() as store:
        new = Judge(store, rules, now, (Stage.SHOW,))
        old = Judge(store, load_rules(context.home), now, (Stage.SHOW,))
        with out.progress(_("trying"), store.counts().entries, unit=_(" entries")) as progress:
            found = changes(store, held_posts(store, since, progress), old, new, tried)
            newest = newest_first(found, args.limit)
        names = context.names(store)
        for post in load_changed(store, newest):
            out.record(post.as_json())
            item, change, rule = post.item, post.change, with_names(post.rule, names)
            out.line(f"{change.now} -> {change.then}", rule, item.id[:SHORT_ID])
            author = account_parts(names, item.reference.account)
            out.indented(*author, excerpt(item.text or ""))
    _report(context, tried)
    return DONE


def _report(context: Context, tried: Tried) -> None:
    out = context.out
    total = {
        f"newly_{how}{of}": counted[how]
        for of, counted in (("", tried.counts), ("_from_followed", tried.from_followed))
        for how in ("hidden", "folded", "shown")
    }
    out.record({"posts": tried.posts, **total})
    for how in ("hidden", "folded", "shown"):
        followed = tried.from_followed[how]
        out.line(newly(how, tried.counts[how], followed))
    out.line(_("of {n_post}").format(n_post=quantity(tried.posts, "post")))

"""Show what an account's labels would hide of the posts that are held, before they do.

Without --on, every label hides. Compared is with your rules without this account's labels;
nothing is written. With --fetch, the labels are those that a peer has: they are fetched for this
alone and kept nowhere, and the peer is told nothing but that somebody asks for the account.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE, Failure
from ...options import add_since, number, since_of
from ...render.network.exchange import add_timeout, receiving
from ...render.people.name import account_parts, excerpt, with_names
from ...render.rules.effect import would_be
from ...render.rules.label import add_on
from ...render.short import SHORT_ID
from ...terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.filters.preview import ChangedPost, Tried
    from sayso_node.labels.preview import Preview
    from sayso_storage.interface.content.labels import Labels
    from sayso_storage.interface.store import Store

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("whose labels to try"))
    add_on(parser)
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("posts listed at most ({limit})").format(limit=LIMIT),
    )
    add_since(parser)
    parser.add_argument("--fetch", metavar="MADDR", help=_("try the labels that this peer has"))
    add_timeout(parser)


def run(context: Context) -> int:
    """Print the posts that change, and how many they are."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.file import load_rules
    from sayso_node.labels.preview import hide_all, preview
    from sayso_node.labels.queries import names_of
    from sayso_node.labels.subscription import read_uses
    from sayso_protocol.suggestion import similar

    args, out = context.args, context.out
    rules, uses, since_ms = load_rules(context.home), read_uses(args.on), since_of(args)
    with context.store() as store, ExitStack() as stack:
        account = find_account(store, args.key)
        labels_held, fetched = _labels(context, store, account, stack)
        with out.progress(_("labels"), None) as progress:
            labels = names_of(labels_held, account, progress)
        compared = preview(rules, account, uses or hide_all(labels), labels_held)
        tried, posts = _tried(context, store, compared, since_ms)
        for use in uses:
            if use.name not in labels:
                guess = similar(use.name, labels)
                out.note(
                    _("Nothing has the label {name} by that account{guess}").format(
                        name=use.name, guess=guess
                    )
                )
        _list(out, posts, context.names(store))
    _report(out, tried, labels, posts, fetched)
    if fetched and not fetched["in_sync"]:
        raise Failure(
            _(
                "time was up before all labels had come, so these are the newest: try again with a "
                "longer --timeout"
            ),
            "timeout",
        )
    return DONE


def _labels(
    context: Context, store: Store, account: bytes, stack: ExitStack
) -> tuple[Labels, dict[str, Any] | None]:
    """The labels to look at, until the stack is closed; and how they were fetched."""
    from sayso_node.labels.preview import merged_labels
    from sayso_node.labels.queries import check_held

    args = context.args
    if args.fetch is None:
        check_held(store, account)
        return store, None
    from sayso_node.daemon.one_off.one_off_fetch import fetched
    from sayso_node.daemon.reachability.home_privacy import privacy_of

    with receiving(context.out) as progress:
        privacy = privacy_of(context.home)
        look = fetched(
            account, args.fetch, timeout=args.timeout, progress=progress, privacy=privacy
        )
        there, found = stack.enter_context(look)
    summary = {key: found[key] for key in ("received", "bytes_in", "seconds", "in_sync")}
    return merged_labels(store, account, there), summary


def _tried(
    context: Context, store: Store, compared: Preview, since_ms: int | None
) -> tuple[Tried, list[ChangedPost]]:
    from sayso_node.clock import now_ms
    from sayso_node.filters.preview import Tried, load_changed, newest_first

    tried = Tried()
    with context.out.progress(_("posts"), store.counts().entries) as progress:
        found = compared.changes(store, now_ms(), since_ms, progress, tried)
        newest = newest_first(found, context.args.limit)
    return tried, load_changed(store, newest)


def _list(out: Output, posts: list[ChangedPost], names: Names) -> None:
    if out.json:
        return
    for post in posts:
        item = post.item
        out.line(post.change.then, with_names(post.rule, names), item.id[:SHORT_ID])
        author = account_parts(names, item.reference.account)
        out.indented(*author, excerpt(item.text or ""))


def _report(
    out: Output,
    tried: Tried,
    labels: Counter[str],
    posts: list[ChangedPost],
    fetched: dict[str, Any] | None,
) -> None:
    out.record(
        {
            "would_hide": tried.counts["hidden"],
            "from_followed": tried.from_followed["hidden"],
            "would_fold": tried.counts["folded"],
            "would_show": tried.counts["shown"],
            "of_posts": tried.posts,
            "labels": dict(labels.most_common()),
            "posts": [post.as_json() for post in posts],
            "fetched": fetched,
        }
    )
    for how in ("hidden", "folded", "shown"):
        if tried.counts[how] or how == "hidden":
            followed = tried.from_followed[how]
            out.line(would_be(how, tried.counts[how], followed))
    out.line(_("of {n_post}").format(n_post=quantity(tried.posts, "post")))
    named = ", ".join(f"{name} ({count})" for name, count in labels.most_common(20))
    out.line(_("labels:"), named or _("none are here"))

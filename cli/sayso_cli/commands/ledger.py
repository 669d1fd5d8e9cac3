"""List what your rules hide, fold or keep from being carried, and by which rule of whom:
`sayso ledger`. With `undo`, take a rule back, by its name or number, or by an entry that it
hides: `sayso ledger undo RULE|ID`. What was not stored is then fetched again from peers.

A page looks at the newest 10,000 posts at most; `--before ID` goes on where it ended, as it says.
`sayso read --unfiltered` shows the posts where they stand.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark, ngettext

from ..context import Context
from ..errors import DONE, UsageError
from ..letters import read_letters
from ..options import add_paging, add_since, number, since_of
from ..render.people.name import account_phrase, with_names
from ..render.rules.effect import now_is
from ..render.rules.rule import rule_record, show_rule
from ..render.short import SHORT_ID
from ..rule_options import rule_named
from ..terminal.column import Column
from ..terminal.output import Output
from ..terminal.safe_text import safe_phrase

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.filters.ledger import Blame, LedgerAccount, LedgerPage, LedgerPost
    from sayso_protocol.filters.rules import Rules
    from sayso_storage.interface.store import Store

LIMIT = 50

LEDGER_FORM = (Column(12), Column(12), Column(16, wraps=True), Column(9), Column(SHORT_ID))
"""What is done, to whom, by which rule, when, and the id."""

WHERE = {"thinned": mark("its body is not stored"), "not relayed": mark("stored here alone")}
"""What a rule keeps back, and where that lies."""

WHAT = {
    "hidden": mark("hidden"),
    "folded": mark("folded"),
    "thinned": mark("thinned"),
    "not relayed": mark("not relayed"),
    "not carried": mark("not carried"),
}
"""What is done to an entry or an account."""

NOT_FETCHED_FORM = (Column(11), Column(8), Column(16, wraps=True), Column(SHORT_ID))


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "words", metavar="undo RULE|ID", nargs="*", help=_("take a rule back; else list")
    )
    add_since(parser)
    parser.add_argument("--rule", metavar="NAME", help=_("only what this rule does"))
    parser.add_argument("--before", metavar="ID", help=_("only what stands before this entry"))
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("how many posts at most ({limit})").format(limit=LIMIT),
    )
    add_paging(parser)


def run(context: Context) -> int:
    """Print the ledger, or what became of a rule."""
    match context.args.words:
        case []:
            with context.store() as store:
                _list(context, store)
        case ["undo", named]:
            with context.store() as store:
                _undo(context, store, named)
        case _:
            raise UsageError(
                _(
                    "write `sayso ledger` or `sayso ledger undo RULE|ID`, and a rule's name of "
                    "several "
                    "words in quotes (see `sayso ledger --help`)"
                )
            )
    return DONE


def _list(context: Context, store: Store) -> None:
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_rules
    from sayso_node.filters.ledger import lines_of, not_carried

    args, out = context.args, context.out
    rules, present = load_rules(context.home), now_ms()
    only = None if args.rule is None else rule_named(context, store, args.rule)
    accounts = []
    if args.before is None:
        accounts = lines_of(not_carried(store, rules, present), only, args.limit)
    pages = _pages(context, store, rules, present, only)
    refused = _refused(context) if args.rule is None and args.before is None else None
    names = context.names(store)
    context.page()
    rows = [_account_row(out, account, names) for account in accounts]
    rows += [_post_row(out, post, names) for page in pages for post in page.posts]
    out.table(rows, LEDGER_FORM)
    for account in accounts:
        out.record(account.as_json())
    for page in pages:
        for post in page.posts:
            out.record(post.as_json())
        _show_rest(out, page)
    is_first = args.rule is None and args.before is None
    lacking = _show_not_fetched(context, store) if is_first else 0
    if refused is not None:
        out.record({"what": "refused", "rule": None, "by": "format", "count": refused})
        if refused:
            out.line(
                _("refused since the node started: {n_run}, not valid").format(
                    n_run=quantity(refused, "run")
                )
            )
    knocks = _show_knocks(context) if is_first else 0
    if not (
        accounts or refused or lacking or knocks or any(page.posts or page.last for page in pages)
    ):
        out.note(_nothing(rules, args.rule))


def _pages(
    context: Context, store: Store, rules: Rules, now_ms: int, only: str | None
) -> list[LedgerPage]:
    """The posts that are hidden or folded, then those that are kept from others; what stands
    before an entry is of the one or the other."""
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.filters.ledger import (
        LOOKED_AT,
        LedgerQuery,
        is_withheld,
        not_shown,
        withheld,
    )

    args, pages = context.args, []
    before = None if args.before is None else find_entry(store, args.before)
    asked = LedgerQuery(args.limit, since_of(args), before, only)
    is_of_kept = before is not None and is_withheld(store, before)
    if not is_of_kept:
        most = min(store.last_arrival(), LOOKED_AT)
        with context.out.progress(_("looking"), most, unit=_(" entries")) as progress:
            pages.append(not_shown(store, rules, now_ms, asked, progress))
    if is_of_kept or before is None:
        pages.append(withheld(store, rules, now_ms, asked))
    return pages


def _show_rest(out: Output, page: LedgerPage) -> None:
    """Say where what follows is found."""
    if page.last is None:
        return
    from sayso_protocol.feed.entry import id_text

    last = id_text(page.last.id)
    out.record({"what": "more", "rule": None, "by": None, "before": last})
    if not out.json:
        out.note(_("There may be more: `sayso ledger --before {last}`.").format(last=last))


def _show_not_fetched(context: Context, store: Store) -> int:
    """Print which pictures and films did not come by themselves, and why; gives their number."""
    from functools import partial
    from itertools import islice

    from sayso_node.filters.hidden_media import hidden_among
    from sayso_node.media.blob_store import open_blobs
    from sayso_node.media.media_file import load_media_settings
    from sayso_node.media.not_fetched import not_fetched

    from ..render.amount import size_text

    settings, rows = load_media_settings(context.home), []
    hidden = partial(hidden_among, context.home, store)
    out = context.out
    lacking = not_fetched(store, open_blobs(context.home), settings, hidden)
    for one in islice(lacking, context.args.limit):
        out.record(one.as_json())
        what = safe_phrase(one.attachment.type, size_text(one.attachment.size))
        short = out.style.dim(one.entry.id.hex()[:SHORT_ID])
        rows.append((out.style.warning(_("not fetched")), what, one.because, short))
    out.table(rows, NOT_FETCHED_FORM)
    return len(rows)


def _show_knocks(context: Context) -> int:
    """Print how many knocks of strangers were refused, or gave way, by which rule; gives their
    number. Nothing where a passphrase would have to be typed for it."""
    if not context.home.letters.exists():
        return 0
    from sayso_node.knocks.strangers import refused_counts

    counts = read_letters(context, refused_counts)
    if not counts:
        return 0
    from ..render.people.stranger import knock_rule_text

    for rule, count in counts.items():
        context.out.record({"what": "knocks", "rule": rule.value, "by": "shelf", "count": count})
        knocks = ngettext("{n} knock", "{n} knocks", count).format(n=count)
        context.out.line(knocks, knock_rule_text(rule))
    return sum(counts.values())


def _nothing(rules: Rules, named: str | None) -> str:
    titles = [rule.title for rule in rules.rules]
    if named is None or named in titles:
        return _("Nothing is hidden, folded or kept away.")
    from sayso_protocol.suggestion import similar

    return _("There is no rule {named}{similar}; `sayso filter list` shows them.").format(
        named=named, similar=similar(named, titles)
    )


def _refused(context: Context) -> int | None:
    """The number of runs that the running node has refused, which no rule does but the format."""
    from sayso_node.control.client import is_running, request

    if not is_running(context.home):
        return None
    return int(request(context.home, "ledger")["refused"])


def _account_row(out: Output, account: LedgerAccount, names: Names) -> Sequence[str]:
    held = _("{n_entry} from before").format(n_entry=quantity(account.held, "entry"))
    by = _blame(account.blame, names)
    return (
        out.style.warning(_(WHAT[account.what])),
        account_phrase(names, account.account),
        by,
        held,
        "",
    )


def _post_row(out: Output, post: LedgerPost, names: Names) -> Sequence[str]:
    from ..render.entry.item import when

    item, style = post.item, out.style
    author = account_phrase(names, item.reference.account)
    moment = "" if item.entry is None else when(item)
    more = safe_phrase(_(WHERE[post.what]) if post.what in WHERE else "", moment)
    by = _blame(post.blame, names)
    return (
        style.warning(_(WHAT[post.what])),
        author,
        by,
        style.dim(more),
        style.dim(item.id[:SHORT_ID]),
    )


def _blame(blame: Blame, names: Names) -> str:
    """The rule that does it, whose it is, and why it is there."""
    return safe_phrase(_("by"), _by(blame, names), f"({blame.because})" if blame.because else "")


def _by(blame: Blame, names: Names) -> str:
    if blame.by == "owner":
        return with_names(blame.rule, names)
    return with_names(_("{rule} by {by}").format(rule=blame.rule, by=blame.by), names)


def _undo(context: Context, store: Store, named: str) -> None:
    from sayso_node.clock import now_ms
    from sayso_node.filters.ledger import undo

    out = context.out
    with out.progress(_("looking"), store.counts().entries, unit=_(" entries")) as progress:
        rule = rule_named(context, store, named)
        undone = undo(context.home, store, rule, now_ms(), progress)
    context.notify("all")
    counts = {how: undone.tried.counts[how] for how in ("shown", "folded", "hidden")}
    back = {"relayed": undone.relayed, "fetched": undone.fetched}
    out.record(rule_record(undone.rule) | counts | back | {"accounts": undone.accounts})
    names = context.names(store)
    out.line(_("taken back:"))
    show_rule(out, undone.rule, names)
    out.line(", ".join(now_is(how, count) for how, count in counts.items() if count))
    if undone.relayed:
        fetched = ""
        if undone.fetched:
            fetched = _(", {count} of them fetched from peers first").format(count=undone.fetched)
        out.line(
            _("{n_entry} passed on again{fetched}").format(
                n_entry=quantity(undone.relayed, "entry"), fetched=fetched
            )
        )
    for account in undone.accounts:
        out.line(_("carried again, and fetched from peers:"), with_names(account, names))

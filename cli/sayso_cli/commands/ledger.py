"""List what your rules hide, fold or keep from being carried, and by which rule of whom:
`sayso ledger`. With `undo`, take a rule back, by its name or number, or by an entry that it
hides: `sayso ledger undo RULE|ID`. What was not stored is then fetched again from peers.

`sayso read --unfiltered` shows the posts where they stand.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from ..context import Context
from ..errors import DONE, UsageError
from ..options import add_since, number, since_of
from ..render.rule import rule_record, show_rule
from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_storage.interface.store import Store

Item = dict[str, Any]

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "words", metavar="undo RULE|ID", nargs="*", help="take a rule back; else list"
    )
    add_since(parser)
    parser.add_argument("--rule", metavar="NAME", help="only what this rule does")
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many posts at most ({LIMIT})"
    )


def run(session: Context) -> int:
    """Print the ledger, or what became of a rule."""
    match session.args.words:
        case []:
            with session.store() as store:
                _list(session, store)
        case ["undo", named]:
            with session.store() as store:
                _undo(session, store, named)
        case _:
            raise UsageError("write `sayso ledger` or `sayso ledger undo RULE|ID`")
    return DONE


def _list(session: Context, store: Store) -> None:
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_rules
    from sayso_node.filters.ledger import ledger, not_carried, not_shown, withheld

    args, out = session.args, session.out
    rules, present = load_rules(session.home), now_ms()
    accounts = ledger(not_carried(store, rules, present), args.rule, args.limit)
    with out.progress("looking", store.counts().entries, unit=" entries") as progress:
        posts = not_shown(store, rules, present, since_of(args), progress)
        found = accounts + ledger(posts, args.rule, args.limit)
    kept = withheld(store, rules, present, since_of(args))
    found += ledger(kept, args.rule, args.limit)
    if args.rule is None:
        found += _refused(session)
    for item in found:
        out.record(item)
        _show(out, item)
    if not found:
        out.note("Nothing is hidden, folded or kept away.")


def _refused(session: Context) -> list[Item]:
    """What the running node has refused, which no rule does but the format."""
    from sayso_node.control.client import is_running, request

    if not is_running(session.home):
        return []
    told = request(session.home, "ledger")
    return [{"what": "refused", "rule": None, "by": "format", "count": told["refused"]}]


def _show(out: Output, item: Item) -> None:
    if out.json:
        return
    by = item["rule"] or "" if item["by"] == "owner" else f"{item['rule']} by {item['by']}"
    match item["what"]:
        case "thinned" | "not relayed" as what:
            text = "its body is not stored" if what == "thinned" else "stored here alone"
            out.heading(what, item["id"][:12], item["author"][:12], item["time"])
            out.indented("by", by, item["because"] or "", text)
        case "refused":
            out.line(f"refused since the node started: {item['count']} runs, not valid")
        case "not carried":
            name = f"@{item['petname']}" if item["petname"] else item["name"] or ""
            out.heading("not carried", item["account"], name)
            out.indented("by", by, item["because"] or "", f"{item['held']} entries from before")
        case what:
            out.heading(what, item["id"][:12], item["author"][:12], item["time"])
            out.indented("by", by, item["because"] or "")


def _undo(session: Context, store: Store, named: str) -> None:
    from sayso_node.clock import now_ms
    from sayso_node.filters.ledger import undo

    out = session.out
    with out.progress("looking", store.counts().entries, unit=" entries") as progress:
        undone = undo(session.home, store, named, now_ms(), progress)
    session.notify("all")
    counts = {how: undone.tried.counts[how] for how in ("shown", "folded", "hidden")}
    back = {"relayed": undone.relayed, "fetched": undone.fetched}
    out.record(rule_record(undone.rule) | counts | back | {"accounts": undone.accounts})
    out.line("taken back:")
    show_rule(out, undone.rule)
    out.line(", ".join(f"{count} posts now {how}" for how, count in counts.items() if count))
    if undone.relayed:
        fetched = f", {undone.fetched} of them fetched from peers first" if undone.fetched else ""
        out.line(f"{undone.relayed} entries passed on again{fetched}")
    for account in undone.accounts:
        out.line("carried again, and fetched from peers:", account)

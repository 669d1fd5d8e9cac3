"""Show what others did to you, newest first: replies, quotes, mentions, reactions, reposts of your
entries, and who follows you publicly."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from ..context import Context
from ..errors import DONE
from ..options import add_since, number, since_of
from ..render.entry import quoted, when, who
from ..render.short import SHORT_ID, SHORT_KEY
from ..rule_options import add_unfiltered, by_rules
from ..terminal.output import Output

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
    )
    add_since(parser)
    add_unfiltered(parser)


def run(session: Context) -> int:
    """Print the notifications."""
    from sayso_node.timeline.notifications import notifications

    args, out = session.args, session.out
    since = since_of(args)
    shown = 0
    with session.store() as store:
        for item in by_rules(session, store, notifications(store, args.limit, since), "entry"):
            out.record(item)
            _show(out, item, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note("Nothing yet: only what accounts do that you follow gets here.")
    return DONE


def _show(out: Output, item: dict[str, Any], *, unfold: bool) -> None:
    if out.json:
        return
    if item.get("folded") and not unfold:
        out.line(f"(folded by {item['folded']})", item["because"] or "", item["entry"][:SHORT_ID])
        return
    did = (_did(item), quoted(item["emoji"] or ""))
    out.heading(who(item), item["by"][:SHORT_KEY], *did, when(item), item["entry"][:SHORT_ID])
    if item["text"] and not item["warn"]:
        out.paragraph(item["text"])


def _did(item: dict[str, Any]) -> str:
    on = (item["on"] or "")[:SHORT_ID]
    match item["kind"]:
        case "reply":
            return f"replied to {on}"
        case "quote":
            return f"quoted {on}"
        case "mention":
            return "mentioned you"
        case "react":
            return f"reacted to {on}"
        case "repost":
            return f"reposted {on}"
        case _:
            return "follows you"

"""Show what others did to you, newest first: replies, quotes, mentions, reactions, reposts of your
entries, and who follows you publicly."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from ..context import Context
from ..errors import DONE
from ..options import add_since, number, since_of
from ..render.entry import DAMAGED, quoted, when
from ..render.name import name_heading
from ..render.short import SHORT_ID, SHORT_KEY
from ..rule_options import add_unfiltered, timeline_reader
from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.timeline.notifications import NotificationItem

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
    )
    add_since(parser)
    add_unfiltered(parser)


def run(context: Context) -> int:
    """Print the notifications."""
    args, out = context.args, context.out
    since = since_of(args)
    shown = 0
    with context.store() as store:
        for one in timeline_reader(context, store).notifications(args.limit, since):
            _show(out, one, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note("Nothing yet: only what accounts do that you follow gets here.")
    return DONE


def _show(out: Output, one: NotificationItem, *, unfold: bool) -> None:
    if out.json:
        out.record(one.as_json())
        return
    item, rules = one.item, one.item.rules
    if rules.folded and not unfold:
        out.line(f"(folded by {rules.folded})", rules.because or "", item.id[:SHORT_ID])
        return
    did = (_did(one), quoted(one.emoji or ""))
    name_heading(out, item.name, item.author[:SHORT_KEY], *did, when(item), item.id[:SHORT_ID])
    if item.is_damaged:
        out.indented(DAMAGED)
    elif item.text and not one.warn:
        out.paragraph(item.text)


def _did(one: NotificationItem) -> str:
    on = (one.on or "")[:SHORT_ID]
    match one.kind:
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

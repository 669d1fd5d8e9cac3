"""Show what others did to you, newest first: replies, quotes, mentions, reactions, reposts of your
entries, and who follows you publicly; and what happened to the keys of your account and of those
that you follow: another key, devices that were added or ended, feeds that forked; and who took
an invite of yours."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..options import add_since, number, since_of
from ..render.notification import show_notification
from ..rule_options import add_unfiltered, timeline_reader

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
        names = context.names(store)
        for one in timeline_reader(context, store).notifications(args.limit, since):
            show_notification(out, one, names, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note("Nothing yet: only what accounts do that you follow gets here.")
    return DONE

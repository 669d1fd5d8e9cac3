"""Show what others did to you, newest first: replies, quotes, mentions, reactions, reposts of your
entries, and who follows you publicly; and what happened to the keys of your account and of those
that you follow: another key, devices that were added or ended, feeds that forked; and who took
an invite of yours."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_paging, add_since, number, since_of
from ..rule_options import add_unfiltered, timeline_reader

if TYPE_CHECKING:
    from sayso_node.timeline.notification_groups import Notification
    from sayso_node.timeline.reader import TimelineReader
    from sayso_storage.interface.store import Store

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("how many at most ({limit})").format(limit=LIMIT),
    )
    add_since(parser)
    add_unfiltered(parser)
    add_paging(parser)


def run(context: Context) -> int:
    """Print the notifications."""
    args, out = context.args, context.out
    since = since_of(args)
    with context.store() as store:
        reader = timeline_reader(context, store)
        found = reader.notifications(args.limit, since)
        if out.json:
            for one in found:
                out.record(one.as_json())
            return DONE
        context.page()
        shown = list(found)
        _show(context, store, reader, shown)
    if not shown:
        out.note(_("Nothing yet: only what accounts do that you follow gets here."))
    return DONE


def _show(
    context: Context, store: Store, reader: TimelineReader, found: list[Notification]
) -> None:
    """Print notifications in groups."""
    from sayso_node.timeline.notification_groups import entries_named, grouped

    from ..render.entry.notification import show_notification

    names, unfold = context.names(store), context.args.unfiltered
    shown = set(store.shown_accounts())
    groups = grouped(found, shown, unfold=unfold)
    own = reader.held(entries_named(groups))
    for one in groups:
        show_notification(context.out, one, names, own, shown, unfold=unfold)

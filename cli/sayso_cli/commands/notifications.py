"""Show what others did to you, newest first: replies, quotes, mentions, reactions, reposts of your
entries, and who follows you publicly; and what happened to the keys of your account and of those
that you follow: another key, devices that were added or ended, feeds that forked; and who took
an invite of yours."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_node.text.relative_time import for_people

from ..context import Context
from ..errors import DONE
from ..options import add_paging, add_since, number, since_of
from ..render.people.name import account_parts, account_text, own_words
from ..render.short import SHORT_KEY
from ..rule_options import add_unfiltered, timeline_reader
from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.key_changes import KeyChangeItem
    from sayso_node.timeline.notification_groups import Notification
    from sayso_node.timeline.reader import TimelineReader
    from sayso_storage.interface.store import Store

LIMIT = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit", metavar="N", type=number, default=LIMIT, help=f"how many at most ({LIMIT})"
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
        out.note("Nothing yet: only what accounts do that you follow gets here.")
    return DONE


def _show(
    context: Context, store: Store, reader: TimelineReader, found: list[Notification]
) -> None:
    """Print notifications in groups."""
    from sayso_node.timeline.guests import GuestItem
    from sayso_node.timeline.key_changes import KeyChangeItem
    from sayso_node.timeline.notification_groups import grouped

    from ..render.entry.notification import show_notifications

    names, unfold, out = context.names(store), context.args.unfiltered, context.out
    groups = grouped(found, set(store.shown_accounts()), unfold=unfold)
    own = reader.held(
        one.on for one in groups if not isinstance(one, GuestItem | KeyChangeItem) if one.on
    )
    for one in groups:
        if isinstance(one, GuestItem):
            _show_guest(out, one, names)
        elif isinstance(one, KeyChangeItem):
            _show_key_change(out, one, names)
        else:
            show_notifications(out, one, names, own, unfold=unfold)


_WHAT = {
    "key-changed": "goes on under another key",
    "device-added": "has a new device",
    "device-revoked": "ended a device's feed",
    "forked": "has a feed with two histories",
    "fork-ended": "ended the feed that had two histories",
}

_MEANS = {
    "key-changed": "The new key was promised by the old one, and you follow it already.",
    "device-added": "You follow it, too. If {who} knows nothing of it, a key was stolen: ask.",
    "device-revoked": "What that device wrote later does not count. There is nothing to do.",
    "forked": "A home was copied, or a key stolen. Nothing is taken from it any more: tell {who}.",
    "fork-ended": "Everybody agrees on one history again. There is nothing to do.",
}

_OWN_MEANS = {
    "key-changed": "To go on from this device: `sayso rotate --phrase-file F`",
    "device-added": "If it is not yours: `sayso device revoke {about}`, then `sayso rotate --help`",
    "device-revoked": "What it wrote later does not count. Was it not you? `sayso rotate --help`",
    "forked": "A home was copied and used twice. To end it: `sayso device revoke {about}`",
    "fork-ended": "Everybody agrees on one history again. There is nothing to do.",
}


def _show_guest(out: Output, item: GuestItem, names: Names) -> None:
    """Print who took an invite."""
    from sayso_node.accounts.invites import invite_id
    from sayso_node.clock import now_ms
    from sayso_protocol.crypto.keys import key_text

    guest = item.guest
    when = for_people(guest.time_ms, now_ms())
    did = "took your invite" + (", and you follow it" if guest.invite.follow_back else "")
    out.line(*account_parts(names, guest.account), did, invite_id(guest.invite.token), when)
    if not guest.invite.follow_back:
        out.indented(f"To follow it: `sayso follow {key_text(guest.account)}`")


def _show_key_change(out: Output, item: KeyChangeItem, names: Names) -> None:
    """Print a key change."""
    from sayso_node.clock import now_ms
    from sayso_protocol.crypto.keys import key_text

    change, is_own = item.change, item.name.is_own
    device = own_words(item.device) if item.device else ""
    about = key_text(change.about)[:SHORT_KEY]
    when = for_people(change.time_ms, now_ms())
    out.heading(*account_parts(names, change.account), _WHAT[change.kind], device, about, when)
    words = (_OWN_MEANS if is_own else _MEANS)[change.kind]
    out.indented(words.format(who=account_text(names, change.account), about=about))

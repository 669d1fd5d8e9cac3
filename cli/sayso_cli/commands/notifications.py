"""Show what others did to you, newest first: replies, quotes, mentions, reactions, reposts of your
entries, and who follows you publicly; and what happened to the keys of your account and of those
that you follow: another key, devices that were added or ended, feeds that forked; and who took
an invite of yours, and who that you follow invites you to a closed group.

With --strangers, show who knocked whom you do not carry: first the lines of the first page, one for
each account by whom they come, and one for all from farther away; --all shows everybody.
Their invitations to closed groups come behind.
`sayso accept ID` takes one in, `sayso decline ID` takes it away."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sayso_protocol.translation import _, ngettext

from ..context import Context
from ..errors import DONE, UsageError
from ..letters import opened_letters, read_groups, read_letters
from ..options import add_paging, add_passphrase, add_since, number, since_of
from ..rule_options import add_unfiltered, timeline_reader

if TYPE_CHECKING:
    from sayso_node.knocks.strangers import Stranger
    from sayso_node.messages.group_book import GroupBook
    from sayso_node.timeline.invitation_item import InvitationItem
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
    parser.add_argument(
        "--strangers", action="store_true", help=_("who knocked whom you do not carry")
    )
    parser.add_argument("--all", action="store_true", help=_("not the first page alone"))
    add_passphrase(parser)
    add_unfiltered(parser)
    add_paging(parser)


def run(context: Context) -> int:
    """Print the notifications."""
    args, out = context.args, context.out
    since = since_of(args)
    if args.strangers:
        return _strangers(context, since)
    if args.all:
        raise UsageError(_("--all is about strangers: write it with --strangers"))
    with context.store() as store:
        reader = timeline_reader(context, store)
        found = _with_letters(context, store, reader.notifications(args.limit, since), since)
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


def _with_letters(
    context: Context, store: Store, found: Iterator[Notification], since_ms: int | None
) -> Iterator[Notification]:
    """The same, with invitations to closed groups by those who are followed, and new devices of
    those with whom there are private messages."""
    from heapq import merge
    from itertools import islice

    from sayso_node.timeline.new_devices import new_device_items

    invited = _invitations(context, store, since_ms, strangers=False)
    devices = read_letters(context, lambda records: new_device_items(store, records, since_ms))
    all_found: list[Iterable[Notification]] = [found, invited, devices or []]
    return islice(merge(*all_found, key=lambda one: -one.sort_ms), context.args.limit)


def _invitations(
    context: Context, store: Store, since_ms: int | None, *, strangers: bool
) -> list[InvitationItem]:
    if not context.home.letters.exists():
        return []
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_rules
    from sayso_node.timeline.invitations import invitations

    def read(book: GroupBook) -> list[InvitationItem]:
        rules = load_rules(context.home)
        return invitations(store, book, rules, now_ms(), since_ms, strangers=strangers)

    return read_groups(context, store, read) or []


def _strangers(context: Context, since_ms: int | None) -> int:
    """Print who knocked; gives the exit code."""
    from sayso_node.clock import now_ms
    from sayso_node.filters.file import load_rules
    from sayso_node.knocks.strangers import strangers
    from sayso_node.timeline.invitation_item import InvitationItem

    from ..render.people.group import show_invitation
    from ..render.people.stranger import show_stranger

    args, out, present = context.args, context.out, now_ms()
    with context.store() as store, opened_letters(context) as records:
        if records is None:
            out.note(_("No stranger has knocked."))
            return DONE
        found, first = strangers(store, records, load_rules(context.home), present)
        invited = _invitations(context, store, since_ms, strangers=True)
    asked = [one for one in found if one.shelved.knock.arrived_ms >= (since_ms or 0)]
    shown = asked if args.all or out.json else [one for one in asked if one.more is not None]
    lines: list[Stranger | InvitationItem] = [
        *shown[: args.limit],
        *invited[: max(0, args.limit - len(shown))],
    ]
    for line in lines:
        out.record(line.as_json())
    if out.json:
        return DONE
    context.page()
    for line in lines:
        if isinstance(line, InvitationItem):
            show_invitation(out, line)
        else:
            show_stranger(out, line, present)
    hidden = len(found) - first
    if not found and not invited:
        out.note(_("No stranger has knocked."))
    elif hidden and not args.all:
        more = ngettext("{n} more waits", "{n} more wait", hidden).format(n=hidden)
        out.note(_("{more}: `sayso notifications --strangers --all`.").format(more=more))
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

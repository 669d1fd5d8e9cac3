"""Show posts and reposts, newest first: of all who are followed and own ones, or of one account.

With --view the best come first, by the score that the view gives them: of the newest 2,000 of
the last seven days, or since --since. `sayso view list` names the views.

With --group the posts of a closed group, newest first.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, UsageError
from ..letters import opened_groups
from ..options import (
    LIMIT,
    add_paging,
    add_passphrase,
    add_pictures,
    add_since,
    number,
    since_of,
)
from ..render.network.peer import hint_of_missing_peer
from ..rule_options import add_unfiltered, timeline_reader

if TYPE_CHECKING:
    from sayso_node.timeline.reader import TimelineRequest
    from sayso_node.timeline.watch import Watch
    from sayso_storage.interface.store import Store

WATCH_SECONDS = 0.25
"""Between two looks at the store; one takes some 50 µs where nothing has come."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number,
        default=LIMIT,
        help=_("how many at most ({limit})").format(limit=LIMIT),
    )
    parser.add_argument("--author", metavar="KEY", help=_("only posts of this account"))
    parser.add_argument("--list", metavar="NAME", help=_("only posts of those on this list"))
    parser.add_argument("--tag", metavar="T", help=_("only posts with this tag"))
    parser.add_argument("--group", metavar="G", help=_("the posts of this closed group"))
    add_since(parser)
    parser.add_argument("--view", metavar="NAME", help=_("best first, by this view"))
    parser.add_argument(
        "--watch", action="store_true", help=_("then show posts as they arrive, until Ctrl-C")
    )
    add_unfiltered(parser)
    add_paging(parser)
    add_pictures(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Print the posts."""
    from sayso_node.timeline.reader import TimelineRequest

    from ..render.entry.item import show_entry

    args, out = context.args, context.out
    if args.group is not None:
        return _show_group(context)
    if args.watch and args.view is not None:
        raise UsageError(_("a view ranks what is there: --watch shows what comes, without --view"))
    if args.list is not None and args.view is not None:
        raise UsageError(_("a view ranks whole timelines: --list works without --view"))
    among = None
    if args.list is not None:
        from sayso_node.filters.lists import accounts_of

        among = accounts_of(context.home, args.list)
    request = TimelineRequest(args.limit, args.author, args.tag, since_of(args), among=among)
    shown = 0
    with context.store() as store:
        names, reader = context.names(store), timeline_reader(context, store)
        watch = reader.watch(request) if args.watch else None
        items = reader.timeline(request, args.view)
        if watch is not None:  # the newest stands where the next will
            items = reversed(list(items))
        if watch is None:
            context.page(store)
        for item in items:
            show_entry(out, item, names, whole=False, unfold=args.unfiltered)
            shown += 1
        if watch is not None:
            _watch(context, store, watch)
        elif not shown:
            out.note(_nothing(context, store, request))
    return DONE


def _show_group(context: Context) -> int:
    """Print the posts of a closed group."""
    from sayso_node.messages.known_groups import find_group

    from ..render.entry.item import show_entry

    args, out, since_ms = context.args, context.out, since_of(context.args)
    if args.watch or any((args.author, args.list, args.tag, args.view)):
        raise UsageError(
            _("--group shows one group: without --author, --list, --tag, --view and --watch")
        )
    with context.store() as store, opened_groups(context, store) as (_records, book):
        group = find_group(book, args.group).group
        names, shown = context.names(store), 0
        context.page(store)
        reader = timeline_reader(context, store)
        for item in reader.group_timeline(book, group, args.limit, since_ms):
            show_entry(out, item, names, whole=args.unfiltered, unfold=args.unfiltered)
            shown += 1
    if not shown:
        out.note(_("Nothing is here to show: `sayso post --to GROUP` writes into it."))
    return DONE


def _watch(context: Context, store: Store, watch: Watch) -> None:
    """Print what arrives, until the command is interrupted. A running node, another command or
    both may write to the store meanwhile."""
    from time import sleep

    from ..render.entry.item import show_entry

    out = context.out
    while True:
        out.flush()
        sleep(WATCH_SECONDS)
        names = context.names(store)
        for item in watch.look():
            show_entry(out, item, names, whole=False, unfold=context.args.unfiltered)


def _nothing(context: Context, store: Store, request: TimelineRequest) -> str:
    """The reason why nothing is shown, and what to do about it."""
    from sayso_node.accounts.follows import following
    from sayso_node.timeline.reader import TimelineReader, TimelineRequest

    args, everything = context.args, TimelineReader(store, context.home, unfiltered=True)
    if any(everything.timeline(request)) and not args.unfiltered:
        if args.author or args.list or args.tag or args.since:
            return _(
                "Your rules hide all that fits: `sayso ledger` says what, --unfiltered shows it "
                "here."
            )
        return _("Your rules hide all: `sayso ledger` says what, --unfiltered shows it here.")
    if any(everything.timeline(TimelineRequest(1))):
        return _(
            "Nothing fits: `sayso read` without --author, --list, --tag and --since shows all."
        )
    followed = following(store, context.names(store))
    if not followed:
        return _('Nothing is here yet: `sayso post "Hello"` writes, `sayso follow KEY` subscribes.')
    if any(one.have for one in followed):
        return _("Those whom you follow have posted nothing yet, as far as it has come here.")
    hint = hint_of_missing_peer(context) or _("a peer that has it must be connected: `sayso peers`")
    return _("Nothing of those whom you follow has come yet: {hint}.").format(hint=hint)

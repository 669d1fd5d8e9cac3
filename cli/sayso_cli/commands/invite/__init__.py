"""Make an invite: one line, or a code to scan, that leads a friend to your account and your node.

It holds your key, the addresses of your node, a promise that keeps a friend safe from a stolen key,
and a token by which your node knows who comes with it. Whoever has the line can use it: give it to
one person, on a way that you trust.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _, mark

from ...context import Context
from ...errors import DONE
from ...options import deadline
from ...own_node import OwnNode
from ...render.people.invite import invite_record, left_out_words, terms
from ...terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_protocol.discovery.invite import Invite
    from sayso_storage.interface.network.invite_records import OwnInvite
    from sayso_storage.interface.store import Store

COMMANDS = {
    "list": mark("list the invites that you made, and who took them"),
    "revoke": mark("end an invite: it lets nobody in any more"),
}
"""Beside making one, which the command does without a further word."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--qr", action="store_true", help=_("draw it as a code to scan, too"))
    parser.add_argument(
        "--invert",
        action="store_true",
        help=_("draw the code for a light terminal without colours"),
    )
    parser.add_argument("--name", metavar="N", help=_("what you call who takes it; nobody is told"))
    parser.add_argument(
        "--expires", metavar="T", help=_("when it ends: 12h, 7d, 2027-01-31 or never (30d)")
    )
    parser.add_argument("--once", action="store_true", help=_("let one account in, and no second"))
    parser.add_argument(
        "--follow-back",
        action="store_true",
        help=_("follow whoever takes it, without asking again"),
    )
    parser.add_argument(
        "--list", metavar="NAME", help=_("offer the accounts that you label NAME, to begin with")
    )


def run(context: Context) -> int:
    """Make an invite and print it."""
    from sayso_node.accounts.invites import invite_to, make_invite

    args = context.args
    expires_ms = _expires(args.expires)
    with context.store() as store:
        if args.list is not None:
            _check_list(store, args.list)
        node = OwnNode.of(context.home)
        made = make_invite(
            store,
            name=args.name,
            expires_ms=expires_ms,
            once=args.once,
            follow_back=args.follow_back,
            list_name=args.list,
        )
        invite = invite_to(store, node.key, node.addresses, made)
    _show(context, made, invite)
    for line in node.notes:
        context.out.note(line)
    if args.qr and not context.out.json:
        _draw(context, invite)
    return DONE


def _expires(typed: str | None) -> int | None:
    from sayso_node.accounts.invites import VALID_MS
    from sayso_node.clock import now_ms

    return now_ms() + VALID_MS if typed is None else deadline(typed)


def _check_list(store: Store, name: str) -> None:
    from sayso_node.accounts.lineage import own_account
    from sayso_node.errors import NotFound
    from sayso_node.labels.queries import accounts_on, names_of
    from sayso_protocol.suggestion import similar

    own = own_account(store)
    if not accounts_on(store, own, name):
        guess = similar(name, names_of(store, own))
        raise NotFound(
            _(
                "nobody is on your list {name}{guess}: `sayso label KEY {name}` puts somebody on it"
            ).format(name=name, guess=guess)
        )


def _show(context: Context, made: OwnInvite, invite: Invite) -> None:
    from sayso_protocol.discovery.invite import invite_text

    out, link = context.out, invite_text(invite)
    out.record(invite_record(made, link) | {"addresses": [str(one) for one in invite.addresses]})
    out.line(Whole(link))
    out.note(terms(made))


def _draw(context: Context, invite: Invite) -> None:
    from sayso_protocol.discovery.invite import invite_text
    from sayso_protocol.discovery.short_invite import shortened

    from ...render.qr import Room, drawing

    out, room = context.out, Room.of_terminal()
    short = shortened(invite, lambda one: room.holds(invite_text(one)))
    lacking = left_out_words(invite, short)
    if lacking:
        out.note(lacking)
    if not room.holds(invite_text(short)):
        out.note(_("The terminal is too small for the code: make it larger, or hand on the line."))
        return
    out.art(drawing(invite_text(short), colours=out.has_colours, invert=context.args.invert))

"""Add somebody to a closed group, or make a member an admin. Who is invited accepts or declines;
until then nobody else can tell what it does with the invitation.

Only admins can. In a kept group whoever is added reads all that was ever written in it.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE, Failure
from ...letters import opened_groups
from ...options import add_passphrase, add_yes
from ...render.people.group import group_words, show_group, what_newcomer_reads
from ...render.people.name import account_phrase
from ...terminal.prompt import confirm


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("group", metavar="GROUP", help=_("its name, or 8 digits of its id"))
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))
    parser.add_argument("--admin", action="store_true", help=_("it may add and remove others, too"))
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Say what it will read, ask, and add it."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import find_group, newest_key

    args, out, now = context.args, context.out, now_ms()
    with context.store() as store, opened_groups(context, store) as (_records, book):
        found = find_group(book, args.group)
        account = newest_key(store, find_account(store, args.key))
        is_admin = found.group.members.get(account)
        if is_admin is not None and (is_admin or not args.admin):
            raise Failure(_("that account is in the group already"))
        found.group.check_admin()
        names = context.names(store)
        if is_admin is None:
            out.note(account_phrase(names, account), group_words(found))
            out.note(what_newcomer_reads(found))
        if args.admin:
            out.note(_("As an admin it may add and remove others."))
        confirm(_("Add it?"), yes=args.yes)
        book.invite(found.group.id, now, account, admin=args.admin)
        show_group(out, find_group(book, found.id), names, now)
    context.notify("all")
    return DONE

"""Remove somebody from a closed group, for all of it. It reads nothing that is written from then
on, and keeps what it has. Only admins can, and nobody removes the owner.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...letters import opened_groups
from ...options import add_passphrase, add_yes
from ...render.people.group import group_words, show_group
from ...render.people.name import account_phrase
from ...terminal.prompt import confirm


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("group", metavar="GROUP", help=_("its name, or 8 digits of its id"))
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Say what that means, ask, and remove it."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import find_group, member_meant

    args, out, now = context.args, context.out, now_ms()
    with context.store() as store, opened_groups(context, store) as (_records, book):
        found = find_group(book, args.group)
        account = member_meant(store, found, find_account(store, args.key))
        found.group.check_removal(account)
        names = context.names(store)
        out.note(account_phrase(names, account), group_words(found))
        out.note(
            _(
                "It reads nothing of what is written from now on, and keeps what it has. All "
                "members see that you removed it."
            )
        )
        confirm(_("Remove it?"), yes=args.yes)
        book.remove(found.group.id, now, account)
        show_group(out, find_group(book, found.id), names, now)
    context.notify("all")
    return DONE

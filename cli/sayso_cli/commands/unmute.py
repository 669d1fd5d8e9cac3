"""Take a mute back: what the account writes is shown again."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..render.people.name import account_parts


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))


def run(context: Context) -> int:
    """Remove the rule."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.edit import unmute
    from sayso_protocol.crypto.keys import key_text

    with context.store() as store:
        account = find_account(store, context.args.key)
        unmute(context.home, account)
        context.out.record({"account": key_text(account), "muted": False})
        context.out.line(_("not muted any more:"), *account_parts(context.names(store), account))
    return DONE

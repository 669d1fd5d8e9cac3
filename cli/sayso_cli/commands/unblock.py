"""Take a block back: what the account writes is stored, passed on and shown again.

What came while it was blocked is not here; it is fetched again where peers have it.
"""

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
    """Remove the rules."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.edit import unblock
    from sayso_protocol.crypto.keys import key_text

    with context.store() as store:
        account = find_account(store, context.args.key)
        unblock(context.home, account)
        context.notify("all")
        context.out.record({"account": key_text(account), "blocked": False})
        context.out.line(_("not blocked any more:"), *account_parts(context.names(store), account))
    return DONE

"""End a subscription. What is held of the account stays; its posts leave the timeline."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_signing
from ..render.people.account import show_holdings


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))
    parser.add_argument("--public", action="store_true", help=_("say so in your own feed"))
    add_signing(parser)


def run(context: Context) -> int:
    """End the subscription, and print what is left of the account."""
    from sayso_node.accounts.holdings import holdings
    from sayso_node.accounts.lookup import find_account
    from sayso_node.compose.follow import unfollow

    args = context.args
    with context.store() as store:
        account = find_account(store, args.key)
        author = context.author(store) if args.public else None
        try:
            unfollow(store, account, author)
        finally:
            context.notify("all")
        names = context.names(store)
        context.out.line(_("no longer followed:"))
        show_holdings(context.out, holdings(store, account, names), names)
    return DONE

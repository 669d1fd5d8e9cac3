"""Subscribe to an account: its feeds are fetched from peers and shown in the timeline.

Nobody is told, unless --public writes it into the own feed. --list follows all accounts that
somebody put on a list, and asks first.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..options import add_signing, add_yes
from ..render.account import show_holdings
from ..render.name import name_text
from ..terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.author import Author
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "key", metavar="KEY", nargs="?", help="a key, did:key, invite link or @petname"
    )
    parser.add_argument(
        "--list", metavar="NAME@KEY", help="all accounts on a list: those that KEY labels NAME"
    )
    parser.add_argument("--name", metavar="PET", help="what you call the account, as @PET")
    parser.add_argument("--public", action="store_true", help="say so in your own feed")
    add_yes(parser)
    add_signing(parser)


def run(context: Context) -> int:
    """Subscribe, and print what is held of each account."""
    args = context.args
    if (args.key is None) == (args.list is None):
        raise UsageError("give a KEY, or --list NAME@KEY (see `sayso follow --help`)")
    if args.list and args.name:
        raise UsageError("--name names one account, and a list has several")
    with context.store() as store:
        accounts = _accounts(context, store)
        author = context.author(store) if args.public else None
        try:
            for account in accounts:
                _follow(context, store, account, author)
        finally:
            context.notify("all")
    return DONE


def _accounts(context: Context, store: Store) -> list[bytes]:
    from sayso_node.accounts.lookup import find_account

    if context.args.list is None:
        return [find_account(store, context.args.key)]
    from sayso_node.accounts.lineage import own_account
    from sayso_node.accounts.names import Names
    from sayso_node.labels.queries import accounts_on, check_held
    from sayso_protocol.crypto.keys import key_text

    name, _, key = context.args.list.rpartition("@")
    labeller = find_account(store, key if not name.endswith("@") else f"@{key}")
    check_held(store, labeller)
    listed = accounts_on(store, labeller, name.removesuffix("@"))
    found = [account for account in listed if account != own_account(store)]
    if not found:
        raise Failure(f"nobody is on the list {context.args.list}", "not-found")
    names = Names(store)
    for account in found:
        context.out.note(key_text(account), name_text(names.of(account)))
    if not context.args.yes:
        confirm(f"Follow these {len(found)} accounts?")
    return found


def _follow(context: Context, store: Store, account: bytes, author: Author | None) -> None:
    from sayso_node.accounts.holdings import holdings
    from sayso_node.accounts.names import Names
    from sayso_node.compose.follow import follow

    new = follow(store, account, context.args.name, author)
    context.out.line("following" if new else "followed already:")
    show_holdings(context.out, holdings(store, account, Names(store)))

"""Subscribe to an account: its feeds are fetched from peers and shown in the timeline.

Nobody is told, unless --public writes it into the own feed. --list follows all accounts that
somebody put on a list, and asks first.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..options import add_signing, add_yes
from ..render.account import show_holdings
from ..render.name import account_parts
from ..render.peer import hint_of_missing_peer
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
        raise UsageError("--name names one account, a list has several (see `sayso follow --help`)")
    with context.store() as store:
        accounts = _accounts(context, store)
        author = context.author(store) if args.public else None
        try:
            for account in accounts:
                _follow(context, store, account, author)
        finally:
            context.notify("all")
        nothing_held = not all(store.feeds_of(account) for account in accounts)
    if nothing_held and not context.out.json:
        hint = hint_of_missing_peer(context)
        if hint is not None:
            context.out.note(f"Posts come from a peer that has them, and {hint}.")
    return DONE


def _accounts(context: Context, store: Store) -> list[bytes]:
    from sayso_node.accounts.lookup import find_account, find_petname

    if context.args.list is None:
        return [find_account(store, context.args.key)]
    from sayso_node.accounts.lineage import own_account
    from sayso_node.labels.queries import accounts_on, check_held, names_of
    from sayso_protocol.suggestion import similar

    name, _, key = context.args.list.rpartition("@")
    is_petname = name.endswith("@") or find_petname(store, key)
    labeller = find_account(store, f"@{key}" if is_petname else key)
    check_held(store, labeller)
    listed = accounts_on(store, labeller, name.removesuffix("@"))
    found = [account for account in listed if account != own_account(store)]
    if not found:
        guess = similar(name.removesuffix("@"), names_of(store, labeller))
        raise Failure(
            f"nobody is on the list {context.args.list}{guess}; `sayso labels list KEY` shows all",
            "not-found",
        )
    names = context.names(store)
    for account in found:
        context.out.note(*account_parts(names, account))
    confirm(f"Follow {quantity(len(found), 'account')}?", yes=context.args.yes)
    return found


def _follow(context: Context, store: Store, account: bytes, author: Author | None) -> None:
    from sayso_node.accounts.holdings import holdings
    from sayso_node.compose.follow import follow

    new = follow(store, account, context.args.name, author)
    context.out.line("following" if new else "followed already:")
    names = context.names(store)
    show_holdings(context.out, holdings(store, account, names), names)

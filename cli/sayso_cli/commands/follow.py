"""Subscribe to an account: its feeds are fetched from peers and shown in the timeline.

Of an invite link everything is done: its node is met, its newest posts are shown, and who made it
is told that you came, which --untold leaves out. Else nobody is told, unless --public writes it
into the own feed. --list follows all accounts that somebody put on a list, and asks first.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..look_alikes import note_look_alikes
from ..options import add_signing, add_yes
from ..render.network.exchange import add_timeout
from ..render.network.peer import hint_of_missing_peer
from ..render.people.account import show_holdings
from ..render.people.name import account_parts
from ..terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.author import Author
    from sayso_protocol.discovery.invite import Invite
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "key", metavar="KEY", nargs="?", help=_("a key, did:key, invite link or @petname")
    )
    parser.add_argument(
        "--list", metavar="NAME@KEY", help=_("all accounts on a list: those that KEY labels NAME")
    )
    parser.add_argument("--name", metavar="PET", help=_("what you call the account, as @PET"))
    parser.add_argument("--public", action="store_true", help=_("say so in your own feed"))
    parser.add_argument(
        "--untold", action="store_true", help=_("do not tell who made an invite that you took it")
    )
    add_timeout(parser)
    add_yes(parser)
    add_signing(parser)


def run(context: Context) -> int:
    """Subscribe, and print what is held of each account."""
    from sayso_node.accounts.lookup import invite_of

    args = context.args
    if (args.key is None) == (args.list is None):
        raise UsageError(_("give a KEY, or --list NAME@KEY (see `sayso follow --help`)"))
    if args.list and args.name:
        raise UsageError(
            _("--name names one account, a list has several (see `sayso follow --help`)")
        )
    with context.store() as store:
        invite = None if args.key is None else invite_of(args.key)
        if invite is not None:
            return _follow_invite(context, store, invite)
        accounts = _accounts(context, store)
        author = context.author(store) if args.public else None
        _follow_all(context, store, accounts, author, args.name)
        nothing_held = len(store.feeds_of_each(accounts)) < len(set(accounts))
    if nothing_held and not context.out.json:
        hint = hint_of_missing_peer(context)
        if hint is not None:
            context.out.note(
                _("Posts come from a peer that has them, and {hint}.").format(hint=hint)
            )
    return DONE


def _follow_invite(context: Context, store: Store, invite: Invite) -> int:
    """Do all that an invite is for: follow, meet the node, show the first posts, offer the list."""
    from sayso_node.accounts.holdings import holdings
    from sayso_node.compose.follow import follow

    from ..first_contact import introduction, meet, posts_of, show_contact, starter_accounts

    args, account = context.args, invite.account
    said = introduction(context, store, invite)
    author = context.author(store) if args.public else None
    before = len(posts_of(context, store, account)) if store.feeds_of(account) else 0
    follow(store, account, args.name, author, invite, said)
    context.notify("all")
    found, running = meet(context, account)
    went = show_contact(context, store, invite, found, before, running=running)
    context.out.record(holdings(store, account, context.names(store)).as_json() | went)
    starters = starter_accounts(context, store, invite)
    if starters:
        _follow_all(context, store, starters, author, None)
    return DONE


def _follow_all(
    context: Context,
    store: Store,
    accounts: list[bytes],
    author: Author | None,
    petname: str | None,
) -> None:
    from sayso_node.accounts.holdings import holdings_of
    from sayso_node.compose.follow import follow, follow_all

    try:
        if petname is None:
            are_new = follow_all(store, accounts, author)
        else:
            are_new = [follow(store, account, petname, author) for account in accounts]
        names = context.names(store)
        for new, held in zip(are_new, holdings_of(store, accounts, names), strict=True):
            context.out.line(_("following") if new else _("followed already:"))
            show_holdings(context.out, held, names)
            if petname is not None:
                note_look_alikes(
                    context, names, held.account, _("This name looks like that of others:")
                )
    finally:
        context.notify("all")


def _accounts(context: Context, store: Store) -> list[bytes]:
    from sayso_node.accounts.lookup import find_account, find_petname

    if context.args.list is None:
        return [find_account(store, context.args.key)]
    from sayso_node.accounts.lineage import own_account
    from sayso_node.labels.queries import accounts_on, check_held, names_of
    from sayso_protocol.suggestion import similar

    name, _sign, key = context.args.list.rpartition("@")
    is_petname = name.endswith("@") or find_petname(store, key)
    labeller = find_account(store, f"@{key}" if is_petname else key)
    check_held(store, labeller)
    listed = accounts_on(store, labeller, name.removesuffix("@"))
    found = [account for account in listed if account != own_account(store)]
    if not found:
        guess = similar(name.removesuffix("@"), names_of(store, labeller))
        raise Failure(
            _("nobody is on the list {list}{guess}; `sayso labels list KEY` shows all").format(
                list=context.args.list, guess=guess
            ),
            "not-found",
        )
    names = context.names(store)
    for account in found:
        context.out.note(*account_parts(names, account))
    confirm(
        _("Follow {n_account}?").format(n_account=quantity(len(found), "account")),
        yes=context.args.yes,
    )
    return found

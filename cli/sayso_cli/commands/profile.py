"""Show an account's profile, or with --name or --bio set the own one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from ..context import Context
from ..errors import DONE, UsageError
from ..options import add_passphrase

if TYPE_CHECKING:
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", nargs="?", help="whose profile; else the own one")
    parser.add_argument("--name", metavar="N", help="set the own name; '' takes it away")
    parser.add_argument("--bio", metavar="B", help="set the own biography; '' takes it away")
    add_passphrase(parser)


def run(session: Context) -> int:
    """Set what is to be set, and print the profile."""
    from sayso_node.accounts.holdings import profile
    from sayso_node.accounts.lineage import own_account
    from sayso_node.accounts.lookup import known_account

    args = session.args
    with session.store() as store:
        own = own_account(store)
        account = own if args.key is None else known_account(store, args.key)
        if args.name is not None or args.bio is not None:
            if account != own:
                raise UsageError("only the own profile can be set; `follow --name` sets a petname")
            _set(session, store)
        item = profile(store, account)
    session.out.record(item)
    session.out.heading(item["name"] or "(no name)", item["account"])
    if item["petname"]:
        session.out.indented("you call it", f"@{item['petname']}")
    if item["bio"]:
        session.out.paragraph(item["bio"])
    session.out.indented(f"feeds: {item['feeds']}")
    return DONE


def _set(session: Context, store: Store) -> None:
    from sayso_node.accounts.profile import check_name
    from sayso_node.compose.profile import set_profile

    args = session.args
    if args.name:
        check_name(args.name)
    set_profile(store, session.author(store), args.name, args.bio)
    session.notify("entries")

"""Subscribe to an account: its feeds are fetched from peers and shown in the timeline.

Nobody is told, unless --public writes it into the own feed.
"""

from __future__ import annotations

from argparse import ArgumentParser

from ..account_view import show_holdings
from ..errors import DONE
from ..session import Session, add_passphrase


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help="a key, did:key, invite link or @petname")
    parser.add_argument("--name", metavar="PET", help="what you call the account, as @PET")
    parser.add_argument("--public", action="store_true", help="say so in your own feed")
    add_passphrase(parser)


def run(session: Session) -> int:
    """Subscribe, and print what is held of the account."""
    from sayso_node.accounts import follow, holdings
    from sayso_node.names import Names
    from sayso_node.resolving import find_account

    args = session.args
    with session.store() as store:
        account = find_account(store, args.key)
        author = session.author(store) if args.public else None
        try:
            new = follow(store, account, args.name, author)
        finally:
            session.notify("all")
        item = holdings(store, account, Names(store))
    session.out.record(item)
    session.out.line("following" if new else "followed already:")
    show_holdings(session.out, item)
    return DONE

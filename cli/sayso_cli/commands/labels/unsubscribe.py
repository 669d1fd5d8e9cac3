"""End a subscription to an account's labels: what they hid is shown again."""

from __future__ import annotations

from argparse import ArgumentParser

from ...context import Context
from ...errors import DONE
from ...render.label import show_labeller


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help="a key, did:key, invite link or @petname")


def run(session: Context) -> int:
    """Remove the subscription, and print what it was."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.subscription import unsubscribe

    with session.store() as store:
        labeller = unsubscribe(session.home, store, find_account(store, session.args.key))
        session.notify("all")
        session.out.line("ended:")
        show_labeller(session, store, labeller)
    return DONE

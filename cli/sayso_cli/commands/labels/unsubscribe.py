"""End a subscription to an account's labels: what they hid is shown again."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.label import show_labeller


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))


def run(context: Context) -> int:
    """Remove the subscription, and print what it was."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.subscription import unsubscribe

    with context.store() as store:
        labeller = unsubscribe(context.home, store, find_account(store, context.args.key))
        context.notify("all")
        context.out.line(_("ended:"))
        show_labeller(context, store, labeller)
    return DONE

"""Subscribe to an account's labels. Its feed is fetched from peers, its posts are not shown.

Without --on its labels do nothing yet; `sayso labels preview KEY` tells what they would. Given
again, --on changes what a label does and leaves the others. Nobody is told.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.label import add_on, show_labeller


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("a key, did:key, invite link or @petname"))
    add_on(parser)


def run(context: Context) -> int:
    """Write the subscription, and print it."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.labels.subscription import read_uses, subscribe

    uses = read_uses(context.args.on)
    with context.store() as store:
        labeller = subscribe(context.home, store, find_account(store, context.args.key), uses)
        context.notify("all")
        show_labeller(context, store, labeller)
    return DONE

"""Copy a view that somebody offers into your own file, where it is yours.

What that account offers later changes nothing there. `sayso view preview NAME --by KEY` shows
before what it would do.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.view import show_view, view_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("whose view"))
    parser.add_argument("name", metavar="NAME", help=_("which view"))
    parser.add_argument("--as", dest="own_name", metavar="NAME", help=_("what to call it here"))


def run(context: Context) -> int:
    """Add the view."""
    from sayso_node.accounts.lookup import known_account
    from sayso_node.views.offers import adopt

    args = context.args
    with context.store() as store:
        account = known_account(store, args.key)
        view = adopt(context.home, store, account, args.name, args.own_name)
        context.out.record(view_record(view, "own"))
        show_view(context.out, view, context.names(store), "own")
    return DONE

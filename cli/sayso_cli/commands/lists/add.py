"""Put accounts on a list, a new one where there is none of that name."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.people.account_list import show_list


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which list"))
    parser.add_argument(
        "keys", metavar="KEY", nargs="*", help=_("a key, did:key, invite link or @petname")
    )


def run(context: Context) -> int:
    """Write it, and print the list."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.lists import change_list, load_lists, make_list

    name, home = context.args.name, context.home
    with context.store() as store:
        keys = {key_text(find_account(store, one)) for one in context.args.keys}
        if name in load_lists(home):
            accounts = change_list(home, name, keys.union)
        else:
            accounts = make_list(home, name, keys)
        show_list(context.out, name, accounts, context.names(store))
    return DONE

"""Take accounts off a list; without KEY the whole list is removed, and nobody is unfollowed."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.people.account_list import list_record, show_list


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which list"))
    parser.add_argument("keys", metavar="KEY", nargs="*", help=_("whom; else the whole list"))


def run(context: Context) -> int:
    """Write it, and print what is left of the list, or that it is gone."""
    from sayso_node.accounts.lookup import find_account
    from sayso_node.filters.lists import change_list, drop_list

    name, out = context.args.name, context.out
    with context.store() as store:
        if not context.args.keys:
            out.record(list_record(name, drop_list(context.home, name)))
            out.line(_("removed: {name}").format(name=name))
            return DONE
        keys = {key_text(find_account(store, one)) for one in context.args.keys}
        accounts = change_list(context.home, name, lambda old: old - keys)
        show_list(out, name, accounts, context.names(store))
    return DONE

"""Show the lists, or who is on one of them."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.people.account_list import show_list, show_lists


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", nargs="?", help=_("one list; else all of them"))


def run(context: Context) -> int:
    """Print a line a list, or a line an account."""
    from sayso_node.filters.lists import accounts_of, load_lists

    name = context.args.name
    with context.store() as store:
        names = context.names(store)
        if name is not None:
            show_list(context.out, name, accounts_of(context.home, name), names)
            return DONE
        lists = load_lists(context.home)
        show_lists(context.out, lists)
    if not lists:
        context.out.note(_("There are no lists: `sayso lists add NAME KEY` makes one."))
    return DONE

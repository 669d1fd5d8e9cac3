"""Give a list another name. A rule that names it must be changed first."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.people.account_list import list_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which list"))
    parser.add_argument("new", metavar="NEW", help=_("its new name"))


def run(context: Context) -> int:
    """Write it, and print the list."""
    from sayso_node.filters.lists import accounts_of, name_list

    new = context.args.new
    with context.store():  # only where there is an account are there lists
        name_list(context.home, context.args.name, new)
        context.out.record(list_record(new, accounts_of(context.home, new)))
        context.out.line(_("renamed: {name}").format(name=new))
    return DONE

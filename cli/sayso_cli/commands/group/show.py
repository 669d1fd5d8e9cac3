"""Show a closed group and who is in it."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...letters import opened_groups
from ...options import add_passphrase
from ...render.people.group import show_group


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("group", metavar="GROUP", help=_("its name, or 8 digits of its id"))
    add_passphrase(parser)


def run(context: Context) -> int:
    """Print it."""
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import State, find_group

    with context.store() as store, opened_groups(context, store) as (_records, book):
        found = find_group(book, context.args.group, tuple(State))
        show_group(context.out, found, context.names(store), now_ms())
    return DONE

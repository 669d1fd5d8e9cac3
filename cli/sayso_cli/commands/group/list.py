"""List the closed groups that you are in, invitations, and the groups that you are out of."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...letters import made_groups
from ...options import add_passphrase
from ...render.people.group import show_group_line


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_passphrase(parser)


def run(context: Context) -> int:
    """Print two lines a group."""
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import known_groups

    now, found = now_ms(), []
    with context.store() as store:
        if context.home.letters.exists():
            with made_groups(context, store) as (_records, book):
                found = known_groups(book)
        names = context.names(store)
        for one in found:
            show_group_line(context.out, one, names, now)
    if not found:
        context.out.note(_("There are no groups: `sayso group create NAME` makes one."))
    return DONE

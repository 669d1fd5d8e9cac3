"""List the accounts that are followed, and how much of each is held here."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..render.account import show_holdings


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print a line an account."""
    from sayso_node.accounts.follows import following

    with context.store() as store:
        names = context.names(store)
        found = following(store, names)
        for one in found:
            show_holdings(context.out, one, names)
    if not found:
        context.out.note("Nobody is followed yet: `sayso follow KEY` does.")
    return DONE

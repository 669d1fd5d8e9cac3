"""List the accounts that this hub carries for others, in the order in which that began."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.network.hub import show_carried


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print a line an account."""
    from sayso_node.hub.accounts import account_record
    from sayso_node.hub.file import load_settings

    settings = load_settings(context.home)
    with context.store() as store:
        carried, names = store.carried_for_others(), context.names(store)
        for one in carried:
            context.out.record(account_record(one, settings))
            if not context.out.json:
                show_carried(context.out, one, settings, names)
    if not carried:
        context.out.note(
            _("Nobody is carried for others: `sayso hub admit KEY`, `sayso run --hub`.")
        )
    return DONE

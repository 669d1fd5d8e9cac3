"""List the front ends of this hub: the nodes that serve its store.

To a home each of them is a peer. By the roster that the hub's owner signs it knows that they have
one store, and comes to another one at the price of what is new. `sayso hub enlist` signs the first.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.network.roster import roster_record, show_roster


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Print the roster."""
    from sayso_node.hub.roster import own_roster

    with context.store() as store:
        roster = own_roster(store)
    context.out.record(roster_record(roster))
    if roster is None:
        context.out.note(_("This hub has no roster: `sayso hub enlist` says how to make one."))
        return DONE
    show_roster(context.out, roster)
    return DONE

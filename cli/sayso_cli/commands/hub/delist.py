"""Take nodes from the roster of this hub's front ends: those that are gone, or that were stolen.

Homes that rested on what such a node told list the hub anew, as soon as they meet another one.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.network.roster import roster_record, show_roster


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "peers", nargs="+", metavar="PEER", help=_("the id of a node: `sayso hub nodes`")
    )


def run(context: Context) -> int:
    """Sign a roster without them."""
    from sayso_node.clock import now_ms
    from sayso_node.hub.roster import change_roster

    with context.store() as store:
        roster = change_roster(context.home, store, now_ms(), remove=context.args.peers)
    context.out.record(roster_record(roster))
    show_roster(context.out, roster)
    return DONE

"""Take nodes into the roster of this hub's front ends, each by the consent that it gave.

`sayso hub consent KEY` on a node makes its consent, with the KEY that this command and `sayso hub
nodes` print. Without a consent the roster is signed anew: one is good for 400 days, and for one
store only; one that was put back from a copy needs a new one. Front ends show it within seconds.

The key that signs is in hub.key in this data directory. Keep it off the machines of the front ends.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.network.roster import roster_record, show_roster


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "consents", nargs="*", metavar="CONSENT", help=_("what `sayso hub consent KEY` printed")
    )


def run(context: Context) -> int:
    """Sign it."""
    from sayso_node.clock import now_ms
    from sayso_node.hub.roster import change_roster, own_roster, store_key

    with context.store() as store:
        if not context.args.consents and own_roster(store) is None:
            key = key_text(store_key(context.home).public)
            context.out.record({"store": key, "nodes": []})
            context.out.line(_("key of this hub's store:"), key)
            context.out.note(
                _("`sayso hub consent {key}` on each node, then `sayso hub enlist`.").format(
                    key=key
                )
            )
            return DONE
        roster = change_roster(context.home, store, now_ms(), add=context.args.consents)
    context.out.record(roster_record(roster))
    show_roster(context.out, roster)
    return DONE

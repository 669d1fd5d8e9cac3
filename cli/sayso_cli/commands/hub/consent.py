"""Let this node be a front end of a hub: print its consent, for the hub's owner.

KEY is what `sayso hub nodes` prints at the owner. A node serves one store; the consent that it gave
last counts. The node has to run on the hub's store.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("key", metavar="KEY", help=_("the key of the hub's store"))


def run(context: Context) -> int:
    """Print the consent."""
    from sayso_node.clock import now_ms
    from sayso_node.hub.roster import consent_of

    store = parse_key(context.args.key)
    consent = consent_of(context.home, store, now_ms())
    context.out.record({"store": key_text(store), "consent": consent})
    context.out.line(consent)
    return DONE

"""Take the first word of a stranger away. Nobody is told. Where it came from farther than two
follows, the line of all who come from there rests for two days, and longer each time.

`sayso notifications --strangers` lists who knocked. To keep its author away, `sayso block KEY`:
that also costs whoever introduced it his lane for 90 days.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..letters import opened_letters
from ..options import add_passphrase
from ..render.people.stranger import show_stranger


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    add_passphrase(parser)


def run(context: Context) -> int:
    """Decline a knock."""
    from sayso_node.clock import now_ms
    from sayso_node.knocks.strangers import check_some, decline

    with context.store() as store, opened_letters(context) as records:
        found = decline(store, check_some(records), context.args.id, now_ms())
    context.out.record(found.as_json())
    context.out.line(_("declined:"))
    show_stranger(context.out, found, now_ms())
    return DONE

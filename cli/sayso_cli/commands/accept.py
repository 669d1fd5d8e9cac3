"""Accept the first word of a stranger: it stands in its conversation from then on, and is passed on
as what followed accounts write is. Whatever its author writes to you comes free and at once; to
read all that it writes, follow it. Nobody is told.

`sayso notifications --strangers` lists who knocked.
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
    """Accept a knock."""
    from sayso_node.clock import now_ms
    from sayso_node.knocks.strangers import accept, check_some

    with context.store() as store, opened_letters(context) as records:
        found = accept(store, check_some(records), context.args.id, now_ms())
    context.notify("all")
    context.out.record(found.as_json())
    context.out.line(_("accepted:"))
    show_stranger(context.out, found, now_ms())
    return DONE

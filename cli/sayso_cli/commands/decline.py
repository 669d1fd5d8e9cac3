"""Take the first word of a stranger away. Nobody is told. Where it came from farther than two
follows, the line of all who come from there rests for two days, and longer each time.

Take an invitation to a closed group away. Nobody is told, and it comes back only where somebody
adds you again. Where you were in the group before, all in it see that you leave.

`sayso notifications --strangers` lists who knocked, `sayso group list` invitations. To keep an
account away, `sayso block KEY`: that also costs whoever introduced it his lane for 90 days.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..letters import opened_groups
from ..options import add_passphrase
from ..render.people.group import show_group_line
from ..render.people.stranger import show_stranger


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "id",
        metavar="ID|GROUP",
        help=_("an id, or at least 8 of its first digits; or the name of a group"),
    )
    add_passphrase(parser)


def run(context: Context) -> int:
    """Decline a knock or an invitation."""
    from sayso_node.clock import now_ms
    from sayso_node.knocks.strangers import decline
    from sayso_node.messages.known_groups import KnownGroup
    from sayso_node.timeline.invitations import find_approach

    now, out = now_ms(), context.out
    with (
        context.store() as store,
        opened_groups(context, store, _("no stranger has knocked yet")) as (records, book),
    ):
        meant = find_approach(store, records, book, context.args.id)
        if not isinstance(meant, KnownGroup):
            stranger = decline(store, records, meant.id, now)
            out.record(stranger.as_json())
            out.line(_("declined:"))
            show_stranger(out, stranger, now)
        else:
            book.decline(meant.group.id, now)
            found = meant
            if not out.json:
                out.line(_("declined:"))
            show_group_line(out, found, context.names(store), now)
    context.notify("all")
    return DONE

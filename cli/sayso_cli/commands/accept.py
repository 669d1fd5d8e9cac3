"""Accept the first word of a stranger: it stands in its conversation from then on, and is passed on
as what followed accounts write is. Whatever its author writes to you comes free and at once; to
read all that it writes, follow it. Nobody is told.

Accept an invitation to a closed group: you are in it from then on, and your node asks its members
for what was written.

`sayso notifications --strangers` lists who knocked, `sayso group list` invitations.
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
    """Accept a knock or an invitation."""
    from sayso_node.clock import now_ms
    from sayso_node.knocks.strangers import accept
    from sayso_node.messages.known_groups import KnownGroup, find_group
    from sayso_node.timeline.invitations import find_approach

    now, out = now_ms(), context.out
    with (
        context.store() as store,
        opened_groups(context, store, _("no stranger has knocked yet")) as (records, book),
    ):
        meant = find_approach(store, records, book, context.args.id)
        if not isinstance(meant, KnownGroup):
            stranger = accept(store, records, meant.id, now)
            out.record(stranger.as_json())
            out.line(_("accepted:"))
            show_stranger(out, stranger, now)
        else:
            book.join(meant.group.id, now)
            found = find_group(book, meant.id)
            if not out.json:
                out.line(_("accepted:"))
            show_group_line(out, found, context.names(store), now)
    context.notify("all")
    return DONE

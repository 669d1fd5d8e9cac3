"""Leave a closed group. You read nothing more of it, and come back only where an admin adds you.
What you have of it stays, until `sayso forget GROUP`.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...letters import opened_groups
from ...options import add_passphrase, add_yes
from ...render.people.group import group_words, show_group_line
from ...terminal.prompt import confirm


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("group", metavar="GROUP", help=_("its name, or 8 digits of its id"))
    add_yes(parser)
    add_passphrase(parser)


def run(context: Context) -> int:
    """Say what that means, ask, and leave."""
    from sayso_node.clock import now_ms
    from sayso_node.messages.known_groups import find_group

    args, out, now = context.args, context.out, now_ms()
    with context.store() as store, opened_groups(context, store) as (_records, book):
        found = find_group(book, args.group)
        found.group.check_in()
        out.note(group_words(found))
        out.note(
            _(
                "You read nothing of what is written from now on, and come back only where an "
                "admin adds you. All members see that you left."
            )
        )
        if found.group.charter.circle and found.group.account == found.group.membership.owner:
            out.note(_("You are its owner: nobody can write in this circle any more."))
        confirm(_("Leave it?"), yes=args.yes)
        book.leave(found.group.id, now)
        show_group_line(out, find_group(book, found.id), context.names(store), now)
    context.notify("all")
    return DONE

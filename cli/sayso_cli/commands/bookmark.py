"""Mark an entry to find it again: `sayso bookmarks`. Nobody else learns of it.

Bookmarks stay in this home, and are in its backups.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..terminal.own_text import Whole


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument("--off", action="store_true", help=_("take the mark off"))


def run(context: Context) -> int:
    """Set or take off the mark."""
    from sayso_node.compose.bookmark import bookmark, remove_bookmark

    args, out = context.args, context.out
    with context.store() as store:
        of, is_new = (remove_bookmark if args.off else bookmark)(store, args.id)
    if args.off and not is_new:
        raise Failure(_("it has no bookmark: `sayso bookmarks` shows those that have"))
    entry_id = of.id.hex()
    out.record({"id": entry_id, "bookmarked": not args.off, "already": not is_new})
    done = _("taken off") if args.off else _("bookmarked")
    out.line(done, Whole(entry_id), "" if is_new else _("already, so nothing was written"))
    return DONE

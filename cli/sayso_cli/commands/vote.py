"""Vote in a poll: CHOICE is the number of an option, from 1. Who votes again changes the vote.

Everybody who carries your account can read how you voted.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, UsageError
from ..options import add_signing, number
from ..render.entry.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument(
        "choices", metavar="CHOICE", nargs="*", type=number, help=_("the number of an option")
    )
    parser.add_argument("--undo", action="store_true", help=_("take the vote back"))
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the vote."""
    from sayso_node.compose.poll import vote

    args = context.args
    if bool(args.choices) == args.undo:
        raise UsageError(_("give the number of an option, or --undo to take the vote back"))
    with context.store() as store:
        made = vote(store, context.author(store), args.id, args.choices)
    show_published(context, made, _("taken back") if args.undo else _("voted"))
    return DONE

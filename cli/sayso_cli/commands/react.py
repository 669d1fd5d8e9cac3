"""React to an entry with an emoji, or another one than before; --undo takes it back."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, UsageError
from ..options import add_signing
from ..render.entry.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument("emoji", metavar="EMOJI", nargs="?", help=_("an emoji, or a short word"))
    parser.add_argument("--undo", action="store_true", help=_("take the reaction back"))
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the reaction."""
    from sayso_node.compose.reaction import react

    args = context.args
    if (args.emoji is None) != args.undo:
        raise UsageError(_("give an EMOJI, or --undo to take the reaction back"))
    with context.store() as store:
        made = react(store, context.author(store), args.id, args.emoji)
    show_published(context, made, _("taken back") if args.undo else _("reacted"))
    return DONE

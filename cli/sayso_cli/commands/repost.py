"""Show an entry to those who follow you, once; --undo takes it back."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE
from ..options import add_signing
from ..render.entry.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("an id, or at least 8 of its first digits"))
    parser.add_argument("--undo", action="store_true", help=_("take the repost back"))
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the repost, or its end."""
    from sayso_node.compose.reaction import repost, unrepost

    args = context.args
    with context.store() as store:
        act = unrepost if args.undo else repost
        made = act(store, context.author(store), args.id)
    show_published(context, made, _("taken back") if args.undo else _("reposted"))
    return DONE

"""Show an entry to those who follow you."""

from __future__ import annotations

from argparse import ArgumentParser

from ..context import Context
from ..errors import DONE
from ..options import add_signing
from ..render.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help="an id, or at least 8 of its first digits")
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the repost."""
    from sayso_node.compose.reaction import repost

    with context.store() as store:
        made = repost(store, context.author(store), context.args.id)
    show_published(context, made, "reposted")
    return DONE

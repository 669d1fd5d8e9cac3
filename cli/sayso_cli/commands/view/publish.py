"""Offer a view to others, as an entry. It does nothing in their homes until they adopt it."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_signing
from ...render.entry.published import show_published


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which view"))
    add_signing(parser)


def run(context: Context) -> int:
    """Publish the view."""
    from sayso_node.compose.view import offer_view
    from sayso_node.views.file import find_view

    with context.store() as store:
        view = find_view(context.home, context.args.name)
        made = offer_view(store, context.author(store), view)
    show_published(context, made, _("offered"))
    return DONE

"""Remove a view from your own file."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.view import show_view, view_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which view"))


def run(context: Context) -> int:
    """Remove the view, and print what it was."""
    from sayso_node.views.file import remove

    with context.store() as store:  # only where there is an account are there views
        view = remove(context.home, context.args.name)
        context.out.record(view_record(view, "own"))
        context.out.line(_("removed:"))
        show_view(context.out, view, context.names(store))
    return DONE

"""Add a view: a name, and an expression whose value is a post's score.

An expression counts in whole numbers over the facts that docs/views.md lists, as
'replies * 3 + (distance == 1 ? 10 : 0)'. The highest score comes first. Where it begins
with a minus, put -- before the name.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.view import show_view, view_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("what to call it"))
    parser.add_argument("expression", metavar="EXPRESSION", help=_("what a post's score is"))
    parser.add_argument("--about", metavar="TEXT", default="", help=_("what the view is good for"))


def run(context: Context) -> int:
    """Add the view."""
    from sayso_node.views.file import add
    from sayso_protocol.views.ranking import View

    args = context.args
    with context.store() as store:  # only where there is an account are there views
        view = add(context.home, View(args.name, args.expression, args.about))
        context.out.record(view_record(view, "own"))
        show_view(context.out, view, context.names(store), "own")
    return DONE

"""Show how a view ranks: the terms whose sum is a post's score."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.view import add_by, named_view, show_view, view_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("name", metavar="NAME", help=_("which view"))
    add_by(parser, _("a view that this account offers"))


def run(context: Context) -> int:
    """Print the view and its terms."""
    from sayso_protocol.views.terms import terms_of

    with context.store() as store:
        view = named_view(context, store)
        terms = terms_of(view.expression)
        context.out.record(view_record(view) | {"terms": list(terms)})
        show_view(context.out, view, context.names(store))
    for term in terms:
        context.out.indented("+", term)
    return DONE

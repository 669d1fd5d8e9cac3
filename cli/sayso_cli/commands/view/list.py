"""List the views of this home, or with --by those that an account offers.

Where the file has mistakes, it lists those with their lines.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.rules.view import add_by, show_view, view_record
from ...rule_options import show_mistakes


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_by(parser, _("the views that this account offers"))


def run(context: Context) -> int:
    """Print a line a view, or a line a mistake."""
    return _of_home(context) if context.args.by is None else _offered(context)


def _of_home(context: Context) -> int:
    from sayso_node.views.file import ViewsError, own_views, shipped_views

    out = context.out
    with context.store() as store:  # only where there is an account are there views
        try:
            own = own_views(context.home)
        except ViewsError as error:
            return show_mistakes(context, context.home.views, error)
        names = context.names(store)
        shipped = {name: view for name, view in shipped_views().items() if name not in own}
        for views, of in ((shipped, "sayso"), (own, "own")):
            for view in views.values():
                out.record(view_record(view, of))
                show_view(out, view, names, of)
    return DONE


def _offered(context: Context) -> int:
    from sayso_node.accounts.lookup import known_account
    from sayso_node.timestamps import time_text
    from sayso_node.views.offers import offered

    with context.store() as store:
        found, names = offered(store, known_account(store, context.args.by)), context.names(store)
        for offer in found.values():
            record = view_record(offer.view, "offered") | {"time": time_text(offer.time_ms)}
            context.out.record(record)
            show_view(context.out, offer.view, names, "offered")
    if not found:
        context.out.note(_("Nothing that is held here of this account offers a view."))
    return DONE

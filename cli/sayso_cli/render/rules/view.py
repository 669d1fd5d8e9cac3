"""The look of a view to people and to programs, and the options that its commands share."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...terminal.output import Output
from ..people.name import with_names

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_protocol.views.ranking import View
    from sayso_storage.interface.store import Store


def add_by(parser: ArgumentParser, what: str) -> None:
    """Add the option of commands that look at what others offer."""
    parser.add_argument("--by", metavar="KEY", help=what)


def named_view(context: Context, store: Store) -> View:
    """The view that the options `name` and `by` name. Raises `NotFound`, `ViewsError`."""
    args = context.args
    if args.by is None:
        from sayso_node.views.file import find_view

        return find_view(context.home, args.name)
    from sayso_node.accounts.lookup import known_account
    from sayso_node.views.offers import find_offer

    return find_offer(store, known_account(store, args.by), args.name)


def view_record(view: View, of: str | None = None) -> dict[str, object]:
    """A view for programs; `of` is whose it is: ``sayso``, ``own`` or ``offered``."""
    record: dict[str, object] = {
        "name": view.name,
        "about": view.about,
        "expression": view.expression,
        "by": view.by,
    }
    return record if of is None else record | {"of": of}


def show_view(out: Output, view: View, names: Names, of: str = "") -> None:
    """Print a view for people."""
    if out.json:
        return
    out.heading(view.name, of, with_names(view.by or "", names))
    if view.about:
        out.paragraph(_(view.about))  # those that come with sayso are translated

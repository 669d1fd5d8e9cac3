"""The views of a home: those that come with sayso, and the owner's in `views.toml`.

Of two with one name the owner's counts. Nothing that comes over the network is one of them: a
view that somebody offers is copied into the file by the owner's command, or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso_protocol.limits import MAX_VIEWS_FILE
from sayso_protocol.suggestion import similar
from sayso_protocol.text.fold import fold
from sayso_protocol.translation import _, mark
from sayso_protocol.views.editor import add_view, remove_view
from sayso_protocol.views.parser import read_views
from sayso_protocol.views.ranking import View

from ..errors import NotFound
from ..home.directory import Home
from ..home.owner_tables import OwnerTables, TablesError

Views = dict[str, View]

_SHIPPED: Final = Path(__file__).with_name("shipped_views.toml")


class ViewsError(TablesError):
    """The file of views, or one view, cannot be used."""


_VIEWS: Final = OwnerTables(
    read_views,
    MAX_VIEWS_FILE,
    ViewsError,
    table=mark("view"),
    remedy=mark("`sayso view list` tells them all, `sayso read` shows posts newest first"),
    not_editable=mark("this view in no table of its own"),
)


def shipped_views() -> Views:
    """The views that come with sayso, by name."""
    return read_views(_SHIPPED.read_bytes(), shipped=True)


def own_views(home: Home) -> Views:
    """The views of the owner's file, by name; none where there is no file. Raises `ViewsError`."""
    return _VIEWS.read(home.views)


def find_view(home: Home, name: str) -> View:
    """The view of this name, the owner's first. Raises `NotFound`, `ViewsError`."""
    views = shipped_views() | own_views(home)
    found = _named(views, name)
    if found is None:
        guess = similar(name, views)
        raise NotFound(
            _("there is no view {name}{guess}; `sayso view list` shows all").format(
                name=name, guess=guess
            ),
            sorted(views),
            guessed=bool(guess),
        )
    return views[found]


def _named(views: Views, name: str) -> str | None:
    """The name of a view, which is called just so, or as the only one so when folded."""
    if name in views:
        return name
    same = [one for one in views if fold(one) == fold(name)]
    return same[0] if len(same) == 1 else None


def add(home: Home, view: View) -> View:
    """Add a view to the file; gives it as read back. Raises `ViewsError` where the file has one
    of this name, or cannot be used."""

    def change(text: str, views: Views) -> str:
        if view.name in views:
            raise ViewsError(
                _(
                    "{views} has a view {name} already: remove that first, or choose another name"
                ).format(views=home.views, name=view.name)
            )
        return add_view(text, view)

    return _VIEWS.change(home, home.views, change)[view.name]


def remove(home: Home, name: str) -> View:
    """Take a view out of the file; gives what it was. Raises `NotFound`, `ViewsError`."""
    removed = list[View]()

    def change(text: str, views: Views) -> str:
        found = _named(views, name)
        if found is None:
            more = _(" (it comes with sayso, and stays)") if name in shipped_views() else ""
            guess = "" if more else similar(name, views)
            raise NotFound(
                _("{views} has no view {name}{more}{guess}").format(
                    views=home.views, name=name, more=more, guess=guess
                ),
                sorted(views),
                guessed=bool(guess),
            )
        removed.append(views[found])
        return remove_view(text, found)

    _VIEWS.change(home, home.views, change)
    return removed[0]

"""Views of this home: those that come with sayso, and the owner's in `views.toml`.

Of two with one name the owner's counts. Nothing that comes over the network is one of them: a
view that somebody offers is copied into the file by the owner's command, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sayso_protocol.choice.faults import BadRules, Fault
from sayso_protocol.choice.rules_edit import NotEditable
from sayso_protocol.choice.views import View
from sayso_protocol.choice.views_edit import add_view, remove_view
from sayso_protocol.choice.views_file import read_views
from sayso_protocol.limits import MAX_VIEWS_FILE

from ..errors import NodeError, NotFound
from ..home import Home
from .own_file import OwnFileError, locked, read_own, replace_own

Views = dict[str, View]

_SHIPPED: Final = Path(__file__).with_name("shipped_views.toml")


class ViewsError(NodeError):
    """The file of views, or one view, cannot be used; `faults` are the file's mistakes, if it
    could be read."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


def shipped_views() -> Views:
    """The views that come with sayso, by name."""
    return read_views(_SHIPPED.read_bytes(), shipped=True)


def own_views(home: Home) -> Views:
    """The views of the owner's file, by name; none where there is no file. Raises `ViewsError`."""
    return _checked(home, _read(home))


def find_view(home: Home, name: str) -> View:
    """The view of this name, the owner's first. Raises `NotFound`, `ViewsError`."""
    views = shipped_views() | own_views(home)
    if name not in views:
        raise NotFound(f"there is no view {name}: `sayso view list` shows all", sorted(views))
    return views[name]


def add(home: Home, view: View) -> View:
    """Add a view to the file; gives it as read back. Raises `ViewsError` where the file has one
    of this name, or cannot be used."""

    def change(text: str, views: Views) -> str:
        if view.name in views:
            raise ViewsError(
                f"{home.views} has a view {view.name} already: remove that first, or choose "
                "another name"
            )
        return add_view(text, view)

    return _change(home, change)[view.name]


def remove(home: Home, name: str) -> View:
    """Take a view out of the file; gives what it was. Raises `NotFound`, `ViewsError`."""
    gone = list[View]()

    def change(text: str, views: Views) -> str:
        if name not in views:
            more = " (it comes with sayso, and stays)" if name in shipped_views() else ""
            raise NotFound(f"{home.views} has no view {name}{more}", sorted(views))
        gone.append(views[name])
        return remove_view(text, name)

    _change(home, change)
    return gone[0]


def _change(home: Home, change: Callable[[str, Views], str]) -> Views:
    """Write a new text of the file, which has no mistakes before and afterwards."""
    with locked(home):
        data = _read(home)
        views = _checked(home, data)
        try:
            text = change(data.decode(), views)
        except NotEditable as error:
            raise ViewsError(
                f"{home.views} has this view in no table of its own: change it with an editor"
            ) from error
        try:
            views = read_views(text.encode())
        except BadRules as error:
            said = "; ".join(fault.text for fault in error.faults)
            raise ViewsError(f"this makes no view: {said}") from error
        replace_own(home.views, text.encode())
    return views


def _checked(home: Home, data: bytes) -> Views:
    try:
        return read_views(data)
    except BadRules as error:
        count = len(error.faults)
        mistakes = "a mistake" if count == 1 else f"{count} mistakes"
        raise ViewsError(
            f"{home.views} has {mistakes}: {error} (mend it with an editor; `sayso view list` "
            "tells them all, `sayso read` shows posts newest first)",
            error.faults,
        ) from error


def _read(home: Home) -> bytes:
    try:
        return read_own(home.views, MAX_VIEWS_FILE)
    except OwnFileError as error:
        raise ViewsError(str(error)) from error

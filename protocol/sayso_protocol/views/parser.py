"""Reading `views.toml`: text in, views out, or every mistake with its line.

Each view is a table: ``[views.NAME]`` with `expression`, and if wanted `about` and `by`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..content.view import MAX_ABOUT, MAX_VIEW
from ..filters.syntax import values
from ..limits import MAX_VIEWS, MAX_VIEWS_FILE
from ..suggestion import similar
from ..toml.mistakes import BadFile, Mistake
from ..toml.positions import Place, Positions
from ..toml.reader import tables_of, text_of
from ..toml.values import BadValue, Value
from ..translation import _
from .language import BadView, check_expression
from .ranking import NEWEST, View

_KEYS: Final = ("expression", "about", "by")


def read_views(data: bytes, *, shipped: bool = False) -> dict[str, View]:
    """Read a file of views, by name, in its order. The one that is `shipped` has newest first
    too, and can be read without the library that views need.

    Raises `BadFile` with all mistakes that can be told.
    """
    text = text_of(data, MAX_VIEWS_FILE)
    tables, reader = tables_of(text), _Reader(Positions(text), shipped=shipped)
    found = reader.views(tables.pop("views", {}))
    for key in tables:
        reader.add_mistake(
            (key,),
            _("`{key}` is not known{similar}").format(key=key, similar=similar(key, ("views",))),
        )
    if reader.mistakes:
        raise BadFile(reader.mistakes)
    return found


def check_name(name: str) -> str:
    """A name of a view. Raises `BadValue`."""
    if len(name.encode()) > MAX_VIEW:
        raise BadValue(_("a view's name has at most {max_view} bytes").format(max_view=MAX_VIEW))
    return values.check_name(name)


class _Reader:
    """Reads what the tables mean, and notes what is wrong."""

    def __init__(self, places: Positions, *, shipped: bool) -> None:
        self.mistakes: list[Mistake] = []
        self._places = places
        self._shipped = shipped

    def add_mistake(self, place: Place, text: str) -> None:
        self.mistakes.append(Mistake(*self._places.of(place), text))

    def views(self, tables: Value) -> dict[str, View]:
        if not isinstance(tables, dict):
            self.add_mistake(("views",), _("views are tables: [views.mine]"))
            return {}
        if len(tables) > MAX_VIEWS:
            self.add_mistake(
                ("views",), _("a file has at most {max_views} views").format(max_views=MAX_VIEWS)
            )
            return {}
        return {name: self._view(("views", name), name, table) for name, table in tables.items()}

    def _view(self, place: Place, name: str, table: Value) -> View:
        self._check(place, check_name, name)
        if name == NEWEST and not self._shipped:
            self.add_mistake(
                place,
                _("{newest} is what is shown without a view: choose another name").format(
                    newest=NEWEST
                ),
            )
        if not isinstance(table, dict):
            self.add_mistake(place, _("a view is a table: [views.{name}]").format(name=name))
            return View(name, "")
        for key in table.keys() - set(_KEYS):
            self.add_mistake(
                (*place, key),
                _("`{key}` is not known{similar}").format(key=key, similar=similar(key, _KEYS)),
            )
        texts = {key: self._text(place, table, key) for key in _KEYS}
        return View(
            name,
            self._expression(place, texts["expression"]),
            self._about(place, texts["about"]),
            self._by(place, texts["by"]),
        )

    def _text(self, place: Place, table: Mapping[str, Value], key: str) -> str | None:
        value = table.get(key)
        if value is None or isinstance(value, str):
            return value
        self.add_mistake((*place, key), _("`{key}` must be a text").format(key=key))
        return None

    def _expression(self, place: Place, text: str | None) -> str:
        if text is None:
            self.add_mistake(place, _("the view has no `expression`"))
            return ""
        if not self._shipped:
            self._check((*place, "expression"), check_expression, text)
        return text

    def _about(self, place: Place, text: str | None) -> str:
        if text is not None and len(text.encode()) > MAX_ABOUT:
            self.add_mistake(
                (*place, "about"),
                _("`about` has at most {max_about} bytes").format(max_about=MAX_ABOUT),
            )
        return text or ""

    def _by(self, place: Place, text: str | None) -> str | None:
        if text is not None:
            self._check((*place, "by"), values.account, text)
        return text

    def _check(self, place: Place, check: Callable[[str], object], text: str) -> None:
        try:
            check(text)
        except (BadValue, BadView) as error:
            self.add_mistake(place, f"`{place[-1]}`: {error}")

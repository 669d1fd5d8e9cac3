"""Views that authors offer to others."""

from __future__ import annotations

from dataclasses import dataclass

from ..limits import MAX_ABOUT, MAX_EXPRESSION, MAX_VIEW
from .fields import Fields, text


@dataclass(frozen=True, slots=True)
class View:
    """A ranking that its author offers to others, and what it is good for."""

    name: str
    expression: str
    about: str | None = None
    KIND = "view"


FIELDS: Fields = {
    "name": text(MAX_VIEW, least=1),
    "expression": text(MAX_EXPRESSION, least=1),
    "about": text(MAX_ABOUT),
}

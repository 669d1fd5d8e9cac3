"""Views that authors offer to others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from .fields import Fields, text

MAX_VIEW: Final = 64
"""Longest name of a view, UTF-8."""

MAX_EXPRESSION: Final = 4096
"""Longest expression of a view, UTF-8: a page and a half, and few read more before they choose."""

MAX_ABOUT: Final = 1024
"""Longest text on what a view is good for, UTF-8."""


@dataclass(frozen=True, slots=True)
class ViewOffer:
    """A ranking that its author offers to others, and what it is good for."""

    name: str
    expression: str
    about: str | None = None
    KIND = "view"


FIELDS: Fields = {
    "name": partial(text, MAX_VIEW, least=1),
    "expression": partial(text, MAX_EXPRESSION, least=1),
    "about": partial(text, MAX_ABOUT),
}

"""The language of the page: every word of ours goes through it, those of others never.

Templates mark their words with ``_()`` and ``ngettext()``; fields are in braces, and what fills
them is escaped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from sayso_protocol.translation import _, ngettext

_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """The value of ``dir`` for a language: ``ltr`` or ``rtl``."""
    return "rtl" if language.partition("_")[0] in _RIGHT_TO_LEFT else "ltr"


def word(message: str, **values: object) -> Markup:
    """A message of ours, as text with its fields filled: a page has a thousand."""
    return _escaped(message).format(**values) if values else _escaped(message)


def number(one: str, many: str, count: int, **values: object) -> Markup:
    """A message with a number in it, the field `count`, in the form that the number wants."""
    return escape(ngettext(one, many, count)).format(count=count, **values)


@lru_cache(maxsize=4096)
def _escaped(message: str) -> Markup:
    return escape(_(message))

"""The language of the page: every word of ours goes through it, those of others never.

There is one language so far. Templates mark their words with ``{% trans %}`` and ``_``; code does
with `_`."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

TRANSLATIONS: Final = NullTranslations()

LANGUAGE: Final = "en"
"""The tag of the language, for ``lang`` (BCP 47)."""

_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """The value of ``dir`` for a language: ``ltr`` or ``rtl``."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _(message: str) -> str:
    """A message in the language of the page."""
    return TRANSLATIONS.gettext(message)


def plural(one: str, many: str, number: int, **values: object) -> str:
    """A message with a number in it, as ``%(num)d``, in the form that the number wants."""
    return TRANSLATIONS.ngettext(one, many, number) % {"num": number, **values}

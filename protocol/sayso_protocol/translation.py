"""Messages for people, in the language of whoever reads them.

Messages stand in the source in English, within `_`; a program that speaks another language installs
its catalogue once, before it says anything. A node answers several people and writes a log, so that
a part of it can speak another one, by `speaking`. A message with values in it has named fields that
are filled afterwards: ``_("no account {name}").format(name=name)``. What goes over the wire, into a
file or to a program is never translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

ENGLISH: Final = "en"


class Catalogue(Protocol):
    """The messages of one language, as GNU gettext has them; `gettext.NullTranslations` is one."""

    def gettext(self, message: str, /) -> str:
        """The message in this language."""
        ...

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """The form of a message for a number."""
        ...

    def pgettext(self, context: str, message: str, /) -> str:
        """A message that means different things, in one of its contexts."""
        ...

    def info(self) -> dict[str, str]:
        """The fields of its header, with names in lower case: ``language`` is its tag."""
        ...


class English:
    """The messages as they stand in the source."""

    def gettext(self, message: str, /) -> str:
        """The message itself."""
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """The singular for one, else the plural."""
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str, /) -> str:
        """The message itself."""
        return message

    def info(self) -> dict[str, str]:
        """The header of a catalogue, of which only the language is of use."""
        return {"language": ENGLISH}


_catalogue: Catalogue = English()
_spoken: ContextVar[Catalogue | None] = ContextVar("spoken", default=None)
"""What a part of this process speaks that has a language of its own."""


def install(catalogue: Catalogue) -> None:
    """Say everything in the language of this catalogue from now on."""
    global _catalogue
    _catalogue = catalogue


def installed_language() -> str:
    """The tag of the language that this process speaks, as ``fr``."""
    return _catalogue.info().get("language", ENGLISH)


@contextmanager
def speaking(catalogue: Catalogue | None) -> Iterator[None]:
    """Speak the language of a catalogue within, and in the tasks that are started there; None for
    what is installed."""
    token = _spoken.set(catalogue)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(message: str) -> str:
    """The message in the language that is spoken; itself where it is not translated."""
    return (_spoken.get() or _catalogue).gettext(message)


def mark(message: str) -> str:
    """The message itself, marked to be translated where it is used: for constants, which are made
    before any language is installed."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a message for a number of things."""
    return (_spoken.get() or _catalogue).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """A short message, with a word that says what it is there: ``pgettext("verb", "post")``."""
    return (_spoken.get() or _catalogue).pgettext(context, message)

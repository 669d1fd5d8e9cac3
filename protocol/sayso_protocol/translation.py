"""Messages for people, in the language of whoever reads them.

Messages stand in the source in English, within `_`; a program that speaks another language installs
its catalogue once, before it says anything. A message with values in it has named fields that are
filled afterwards: ``_("no account {name}").format(name=name)``. What goes over the wire, into a
file or to a program is never translated.
"""

from __future__ import annotations

from typing import Protocol


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


_catalogue: Catalogue = English()


def install(catalogue: Catalogue) -> None:
    """Say everything in the language of this catalogue from now on."""
    global _catalogue
    _catalogue = catalogue


def _(message: str) -> str:
    """The message in the language that is installed; itself where it is not translated."""
    return _catalogue.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a message for a number of things."""
    return _catalogue.ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """A short message, with a word that says what it is there: ``pgettext("verb", "post")``."""
    return _catalogue.pgettext(context, message)

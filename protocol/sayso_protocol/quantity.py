"""Numbers of things in words, with the noun as the number wants it."""

from __future__ import annotations

from .translation import ngettext


def quantity(count: int, one: str, many: str | None = None) -> str:
    """A number and what it counts: ``1 entry``, ``2 entries``, ``0 new feeds``. `many` is the
    plural where it is not made by the rule: ``1 person``, ``2 people``."""
    return f"{count} {ngettext(one, many or plural(one), count)}"


def plural(one: str) -> str:
    """The plural of an English noun, by the rule."""
    if one.endswith("y") and one[-2:-1] not in tuple("aeiou"):
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"

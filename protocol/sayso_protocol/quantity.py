"""Numbers of things in words, with the noun as the number wants it."""

from __future__ import annotations


def quantity(count: int, one: str, many: str | None = None) -> str:
    """A number and what it counts: ``1 entry``, ``2 entries``, ``0 new feeds``. `many` is the
    plural where it is not made by the rule: ``1 person``, ``2 people``."""
    return f"{count} {one if count == 1 else many or _plural(one)}"


def _plural(one: str) -> str:
    if one.endswith("y") and one[-2:-1] not in tuple("aeiou"):
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"

"""Fields of bodies: the rules that their values keep, whatever kind has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from ..crypto.hashing import HASH_SIZE
from ..errors import BadShape, TooLarge
from ..feed.entry import check_time
from .reference import read_key, read_reference

Rule = Callable[[object], object]
"""Takes the value of a field as decoded, gives it as a body has it; raises `Refused`."""

Fields = Mapping[str, Rule]
"""Of one kind, by name: section 6 of docs/protocol.md as a table. Which of them a body of the kind
needs, its record says."""

key, reference, time = read_key, read_reference, check_time

_Item = TypeVar("_Item")


def text(most: int, value: object, *, least: int = 0) -> str:
    """The rule of a text of at most so many bytes in UTF-8, and at least so many code points."""
    if type(value) is not str:
        raise BadShape("a field that must be text")
    if len(value.encode()) > most:
        raise TooLarge("a text longer than its limit")
    if len(value) < least:
        raise BadShape("an empty text")
    if "\0" in value:  # ends a text early in C, SQLite included
        raise BadShape("a text with a NUL")
    return value


def array(rule: Callable[[object], _Item], most: int, value: object) -> tuple[_Item, ...]:
    """The rule of an array of at least one and at most so many items, each by a rule."""
    if type(value) is not list or not 0 < len(value) <= most:
        raise BadShape("a field that must be a short array")
    return tuple(rule(item) for item in value)


def binary(value: object) -> bytes:
    """The rule of bytes."""
    if type(value) is not bytes:
        raise BadShape("a field that must be bytes")
    return value


def entry_id(value: object) -> bytes:
    """The rule of the id of an entry."""
    if type(value) is not bytes or len(value) != HASH_SIZE:
        raise BadShape("a field that must be an id")
    return value


def true(value: object) -> bool:
    """The rule of a field that is true, or left out."""
    if value is not True:
        raise BadShape("a field that is true or left out")
    return True

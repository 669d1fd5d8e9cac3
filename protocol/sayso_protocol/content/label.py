"""Labels: signed opinions about entries and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from ..errors import BadShape
from .fields import Fields, array, key, reference, text, true
from .reference import Reference

MAX_LABEL: Final = 64
"""Longest name of a label, UTF-8: "spam", "birds of Europe". It stands in rules and on screens."""

MAX_LABELLED_ENTRIES: Final = 64
"""Most entries of one label: with the most accounts beside them they fit into a body."""

MAX_LABELLED_ACCOUNTS: Final = 256
"""Most accounts of one label. A list of thousands takes a few entries, and each can be taken back
alone."""


@dataclass(frozen=True, slots=True)
class Label:
    """A signed opinion about `entries` or `accounts`, at least one of either; `off` takes it
    back. Of one labeller, name and subject the newest counts. A list of accounts is a label
    on accounts."""

    name: str
    entries: tuple[Reference, ...] = ()
    accounts: tuple[bytes, ...] = ()
    off: bool = False
    KIND = "label"


FIELDS: Fields = {
    "name": partial(text, MAX_LABEL, least=1),
    "entries": partial(array, reference, MAX_LABELLED_ENTRIES),
    "accounts": partial(array, key, MAX_LABELLED_ACCOUNTS),
    "off": true,
}


def read_label(
    name: str,
    entries: tuple[Reference, ...] = (),
    accounts: tuple[bytes, ...] = (),
    off: bool = False,
) -> Label:
    """The label that these fields make. Raises `BadShape` where it is on nothing."""
    if not entries and not accounts:
        raise BadShape("a label on nothing")
    return Label(name, entries, accounts, off)

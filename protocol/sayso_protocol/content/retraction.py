"""Retractions: an author takes back what was said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from .fields import Fields, array, reference
from .reference import Reference

MAX_RETRACTED: Final = 100
"""Most entries that one retraction takes back: with references of the largest numbers it fits into
a body."""


@dataclass(frozen=True, slots=True)
class Retract:
    """Entries of the same account whose bodies are to be dropped. It cannot be taken back."""

    of: tuple[Reference, ...]
    KIND = "retract"


FIELDS: Fields = {"of": partial(array, reference, MAX_RETRACTED)}

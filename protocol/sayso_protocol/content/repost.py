"""Reposts of entries, and their end."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields, reference
from .reference import Reference


@dataclass(frozen=True, slots=True)
class Repost:
    """Shows an entry to those who follow the account."""

    of: Reference
    KIND = "repost"


@dataclass(frozen=True, slots=True)
class Unrepost:
    """The end of a repost: of an account's reposts of an entry and their ends the newest counts."""

    of: Reference
    KIND = "unrepost"


FIELDS: Fields = {"of": reference}
"""Of both kinds."""

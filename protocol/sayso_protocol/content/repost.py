"""Reposts of entries, and their end."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields, entry_id, reference, time
from .reference import Reference


@dataclass(frozen=True, slots=True)
class Repost:
    """Shows an entry to those who follow the account. `version` is the id of the edit that the
    account saw; left out where that was the entry itself. `written` is the original time of an
    imported repost in Unix milliseconds."""

    of: Reference
    version: bytes | None = None
    written: int | None = None
    KIND = "repost"


@dataclass(frozen=True, slots=True)
class Unrepost:
    """The end of a repost: of an account's reposts of an entry and their ends the newest counts."""

    of: Reference
    KIND = "unrepost"


FIELDS: Fields = {"of": reference}
"""Of the end of a repost."""

REPOST_FIELDS: Fields = {**FIELDS, "version": entry_id, "written": time}

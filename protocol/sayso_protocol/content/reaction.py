"""Reactions to entries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from .fields import Fields, entry_id, reference, text
from .reference import Reference

MAX_REACTION: Final = 40
"""Longest reaction, UTF-8. The longest emoji of Unicode takes 35: a kiss of two people, each with
a skin tone. A short word fits as well."""


@dataclass(frozen=True, slots=True)
class React:
    """A reaction, which says what an account feels about an entry: of its reactions to one the
    newest counts, and one without `emoji` takes back what was there. `version` is the id of the
    edit that the account saw; left out where that was the entry itself."""

    on: Reference
    emoji: str | None = None
    version: bytes | None = None
    KIND = "react"


FIELDS: Fields = {
    "on": reference,
    "emoji": partial(text, MAX_REACTION, least=1),
    "version": entry_id,
}

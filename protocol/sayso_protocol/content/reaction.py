"""Reactions to entries."""

from __future__ import annotations

from dataclasses import dataclass

from ..limits import MAX_REACTION
from .fields import Fields, reference, text
from .reference import Reference


@dataclass(frozen=True, slots=True)
class React:
    """A reaction, which says what an account feels about an entry: of its reactions to one the
    newest counts, and one without `emoji` takes back what was there."""

    on: Reference
    emoji: str | None = None
    KIND = "react"


FIELDS: Fields = {"on": reference, "emoji": text(MAX_REACTION, least=1)}

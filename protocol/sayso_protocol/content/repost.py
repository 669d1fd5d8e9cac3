"""Reposts of entries."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields, reference
from .reference import Reference


@dataclass(frozen=True, slots=True)
class Repost:
    """Shows an entry to those who follow the account."""

    of: Reference
    KIND = "repost"


FIELDS: Fields = {"of": reference}

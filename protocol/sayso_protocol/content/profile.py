"""Profiles of accounts."""

from __future__ import annotations

from dataclasses import dataclass

from ..limits import MAX_BIO, MAX_NAME
from .fields import Fields, text


@dataclass(frozen=True, slots=True)
class Profile:
    """How the account presents itself; the newest one counts."""

    name: str | None = None
    bio: str | None = None
    KIND = "profile"


FIELDS: Fields = {"name": text(MAX_NAME), "bio": text(MAX_BIO)}

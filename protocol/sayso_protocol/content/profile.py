"""Profiles of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from .fields import Fields, text

MAX_NAME: Final = 256
"""Longest name in a profile, UTF-8: 64 code points of the widest script."""

MAX_BIO: Final = 4096
"""Longest biography in a profile, UTF-8."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, by which the account presents itself; the newest one counts."""

    name: str | None = None
    bio: str | None = None
    KIND = "profile"


FIELDS: Fields = {"name": partial(text, MAX_NAME), "bio": partial(text, MAX_BIO)}

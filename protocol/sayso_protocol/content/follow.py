"""Public subscriptions to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields, key


@dataclass(frozen=True, slots=True)
class Follow:
    """A public subscription to an account."""

    account: bytes
    KIND = "follow"


@dataclass(frozen=True, slots=True)
class Unfollow:
    """The end of a public subscription."""

    account: bytes
    KIND = "unfollow"


FIELDS: Fields = {"account": key}
"""Of both kinds."""

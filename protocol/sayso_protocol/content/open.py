"""The first entry of every feed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from .fields import Fields, binary, text

MAX_DEVICE: Final = 64
"""Longest name of a device, UTF-8: "phone", "laptop at work"."""


@dataclass(frozen=True, slots=True)
class Open:
    """First entry of every feed: carries the account's grant as it travels.

    `device` is what the owner calls the device, for all to see.
    """

    grant: bytes
    device: str | None = None
    KIND = "open"


FIELDS: Fields = {"grant": binary, "device": partial(text, MAX_DEVICE)}

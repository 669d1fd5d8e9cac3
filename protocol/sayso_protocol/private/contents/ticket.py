"""Tickets: a new pair secret, of which both devices make boxes. ``[1, "ticket", secret]``."""

from __future__ import annotations

from typing import Final

from ..packing import binary
from .content_fields import read_fields, write_fields

KIND: Final = "ticket"
SECRET_SIZE: Final = 32


def write_ticket(secret: bytes) -> bytes:
    """The bytes. Raises `Refused` for one that could not be read."""
    data = write_fields(KIND, secret)
    read_ticket(data)
    return data


def read_ticket(data: bytes) -> bytes:
    """The secret, 32 bytes. Raises `Refused`."""
    [secret] = read_fields(data, KIND, 1)
    return binary(secret, SECRET_SIZE)

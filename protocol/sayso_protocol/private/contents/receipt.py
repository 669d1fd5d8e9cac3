"""Receipts: what came to a device. ``[1, "receipt", ids]``."""

from __future__ import annotations

from typing import Final

from ..packing import array, binary
from ..private_limits import ID_SIZE
from .content_fields import read_fields, write_fields

KIND: Final = "receipt"

MAX_RECEIPTS: Final = 64
"""Ids in one receipt; with all it still takes 2 KiB."""


def write_receipt(ids: tuple[bytes, ...]) -> bytes:
    """The bytes. Raises `Refused` for one that could not be read."""
    data = write_fields(KIND, list(ids))
    read_receipt(data)
    return data


def read_receipt(data: bytes) -> tuple[bytes, ...]:
    """The ids, at least one. Raises `Refused`."""
    [ids] = read_fields(data, KIND, 1)
    return tuple(binary(one, ID_SIZE) for one in array(ids, MAX_RECEIPTS, least=1))

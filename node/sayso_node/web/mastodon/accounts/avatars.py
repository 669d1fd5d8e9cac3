"""Pictures for accounts that have none: five by five fields whose pattern follows from the id."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from sayso_protocol.translation import _

from ....errors import NotFound
from ..names.ids import parse_id

FIELDS: Final = 5
PIXELS: Final = 16
"""Of a field, in each direction."""

_PAPER: Final = (240, 240, 240)


async def avatar(request: Request) -> Response:
    """The picture of an account by its id, or the one behind every profile."""
    name = str(request.path_params["name"])
    number = parse_id(name.removesuffix(".png"))
    if not name.endswith(".png") or (number is None and name != "header.png"):
        raise NotFound(_("Record not found"))
    headers = {"cache-control": "max-age=86400"}
    return Response(picture(number), media_type="image/png", headers=headers)


@lru_cache(maxsize=256)
def picture(number: int | None) -> bytes:
    """A PNG (RFC 2083) of 80 by 80; of one colour without a number."""
    if number is None:
        return _png([[_PAPER] * FIELDS] * FIELDS)
    chance = blake2b(str(number).encode(), digest_size=6).digest()
    ink = tuple(60 + one % 130 for one in chance[:3])
    bits = int.from_bytes(chance[3:], "big")
    rows = []
    for row in range(FIELDS):
        half = [bool(bits >> (row * 3 + column) & 1) for column in range(3)]
        rows.append([ink if one else _PAPER for one in (*half, half[1], half[0])])
    return _png(rows)


def _png(rows: list[list[tuple[int, ...]]]) -> bytes:
    size = FIELDS * PIXELS
    lines = (b"\0" + b"".join(bytes(colour) * PIXELS for colour in row) for row in rows)
    data = zlib.compress(b"".join(line * PIXELS for line in lines))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(one)) + kind + one + struct.pack(">I", zlib.crc32(kind + one))
        for kind, one in parts
    )

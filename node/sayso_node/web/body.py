"""The body of a request, bounded in size and time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import trio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

PART_SECONDS: Final = 30.0
"""How long a client may take for the next part of a body."""
SMALL: Final = 64 << 10
"""Bytes of a body without files."""
SMALL_SECONDS: Final = 20.0
"""How long all of a body takes at most, of which so many bytes are allowed."""
BYTES_A_SECOND: Final = 32 << 10
"""A larger body may take longer, by its bound at this rate."""


async def body_parts(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The parts of a body as they come. Raises `HTTPException`: 413 where there are more than
    `most` bytes, 408 where it takes too long, 400 where it ends early."""
    size = 0
    seconds = SMALL_SECONDS + most / BYTES_A_SECOND
    end = trio.current_time() + seconds
    async with aclosing(request.stream()) as parts:
        while True:
            part = await _next_part(parts, min(end, trio.current_time() + PART_SECONDS))
            if part is None:
                return
            size += len(part)
            if size > most:
                raise HTTPException(413, f"More than {most} bytes are not taken here.")
            yield part


async def read_body(request: Request, most: int = SMALL) -> bytes:
    """All of a body. Raises as `body_parts`."""
    async with aclosing(body_parts(request, most)) as parts:
        return b"".join([part async for part in parts])


async def _next_part(parts: AsyncGenerator[bytes, None], deadline: float) -> bytes | None:
    try:
        with trio.fail_at(deadline):
            return await anext(parts, None)
    except trio.TooSlowError as error:
        raise HTTPException(408, "The body took too long.") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "The body ended early.") from error

"""Markers: how far the owner has read, so that another app goes on there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...clock import now_ms
from ...timestamps import time_text
from ..api.params import BadParam, read_params
from ..request import context_of
from .names.ids import parse_id
from .saved_state import Marker, SavedState

TIMELINES: Final = ("home", "notifications")


async def markers(request: Request) -> Response:
    """The markers of timelines."""
    params, context = await read_params(request), context_of(request)
    wanted = set(params.every("timeline")) or set(TIMELINES)
    found = await context.read(SavedState(context.home).markers)
    return JSONResponse(_entities({name: one for name, one in found.items() if name in wanted}))


async def set_markers(request: Request) -> Response:
    """Note how far was read."""
    params, context = await read_params(request), context_of(request)
    given = {name: params.text(f"{name}[last_read_id]") for name in TIMELINES}
    ids = {name: last for name, last in given.items() if last}
    if any(parse_id(last) is None for last in ids.values()):
        raise BadParam("last_read_id is no id")
    found = await context.read(SavedState(context.home).set_markers, ids, now_ms())
    return JSONResponse(_entities(found))


def _entities(found: Mapping[str, Marker]) -> dict[str, object]:
    return {
        name: {
            "last_read_id": one.last_read_id,
            "version": one.version,
            "updated_at": time_text(one.updated_ms),
        }
        for name, one in found.items()
    }

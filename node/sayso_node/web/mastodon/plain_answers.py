"""Answers that are the same for everybody: what there is none of here, and settled things."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def empty_list(_: Request) -> Response:
    """None of these."""
    return JSONResponse([])


async def empty_map(_: Request) -> Response:
    """Nothing."""
    return JSONResponse({})


async def preferences(_: Request) -> Response:
    """What an app should do unless its owner says otherwise."""
    return JSONResponse(
        {
            "posting:default:visibility": "public",
            "posting:default:sensitive": False,
            "posting:default:language": None,
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
            "reading:autoplay:gifs": False,
        }
    )


async def not_offered(_: Request) -> Response:
    """For what this node does not do."""
    return JSONResponse({"error": "This is not offered here"}, 422)

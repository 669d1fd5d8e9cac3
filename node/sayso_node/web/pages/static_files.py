"""The style and the script of the page, which are the project's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse

FOLDER: Final = Path(__file__).parent.parent / "static"

TYPES: Final = {
    "enter.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
    "manifest.json": "application/manifest+json",
    "page.js": "text/javascript",
    "style.css": "text/css",
}
"""Every file that is served, and its type."""


async def static_file(request: Request) -> FileResponse:
    """One of them."""
    name = request.path_params["name"]
    if name not in TYPES:
        raise HTTPException(404)
    headers = {"cache-control": "no-cache"}
    return FileResponse(FOLDER / name, media_type=TYPES[name], headers=headers)

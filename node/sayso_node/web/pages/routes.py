"""The routes of the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..request import context_of, session_of
from .entrance import entrance, leave, open_session
from .static_files import static_file
from .templates import render


def page_routes() -> list[Route]:
    """Every route of the page."""
    return [
        Route("/", timeline_page),
        Route("/enter", entrance, methods=["GET"]),
        Route("/enter", open_session, methods=["POST"]),
        Route("/leave", leave, methods=["POST"]),
        Route("/static/{name}", static_file),
    ]


async def timeline_page(request: Request) -> Response:
    """The newest posts."""
    from ...timeline.reader import TimelineRequest

    session = session_of(request)
    context = context_of(request)

    def read() -> list[object]:
        return list(context.reader().timeline(TimelineRequest(50)))

    return render("timeline.html", session, items=await context.read(read))

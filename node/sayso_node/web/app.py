"""The application behind the door: every route of the local server."""

from __future__ import annotations

from starlette.applications import Starlette

from .blobs.routes import blob_routes
from .context import WebContext
from .errors import HANDLERS
from .feeds.routes import feed_routes
from .mastodon.requests.app_memory import AppMemory
from .mastodon.routes import api_routes
from .oauth.routes import oauth_routes
from .pages.routes import page_routes


def make_app(context: WebContext) -> Starlette:
    """All routes. Handlers have the context from `request.context_of`."""
    app = Starlette(
        routes=[
            *page_routes(),
            *blob_routes(),
            *feed_routes(),
            *oauth_routes(),
            *api_routes(),
        ],
        exception_handlers=HANDLERS,
    )
    app.state.context = context
    app.state.app_memory = AppMemory()
    return app

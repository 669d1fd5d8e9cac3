"""Every route of the interface for apps, with the scope that it needs: the one table of them.

`docs/clients.md` has the same table for people, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute

from ..api.endpoint import Handler, answered, failure, guarded, preflight, unknown
from . import conversations, instance, markers, notifications, openapi, plain_answers, search
from .accounts import accounts, avatars, follows, lists
from .filters import filters
from .statuses import actions, media, polls, posting, statuses, timelines
from .streams import streaming

OPEN: Final = "-"
"""The scope of what needs no token."""
ANY_SCOPE: Final = "any"
"""Of what needs a token of the owner's, whatever that allows."""
APP_ALONE: Final = "app"
"""Of what an app may call before the owner let it in."""


class ApiRoute(NamedTuple):
    """One route."""

    method: str
    path: str
    scope: str
    handler: Handler


def _route(line: str, handler: Handler) -> ApiRoute:
    method, path, scope = line.split()
    return ApiRoute(method, path, scope, handler)


ROUTES: Final = (
    # This node.
    _route("GET /api/v1/instance -", instance.instance_1),
    _route("GET /api/v2/instance -", instance.instance_2),
    _route("GET /.well-known/nodeinfo -", instance.nodeinfo_links),
    _route("GET /nodeinfo/2.0 -", instance.nodeinfo),
    _route("GET /api/v1/apps/verify_credentials app", plain_answers.empty_map),
    # Accounts.
    _route("GET /api/v1/accounts/verify_credentials profile", accounts.verify_credentials),
    _route("PATCH /api/v1/accounts/update_credentials write:accounts", accounts.update_credentials),
    _route("GET /api/v1/accounts/relationships read:follows", accounts.relationships_to),
    _route("GET /api/v1/accounts/search read:accounts", accounts.search),
    _route("GET /api/v1/accounts/lookup read:accounts", accounts.lookup),
    _route("GET /api/v1/accounts read:accounts", accounts.several),
    _route("GET /api/v1/accounts/{id} read:accounts", accounts.account),
    _route("GET /api/v1/accounts/{id}/statuses read:statuses", accounts.statuses),
    _route("GET /api/v1/accounts/{id}/followers read:accounts", accounts.followers),
    _route("GET /api/v1/accounts/{id}/following read:accounts", accounts.following),
    _route("GET /api/v1/accounts/{id}/lists read:lists", accounts.lists_with),
    _route("POST /api/v1/accounts/{id}/follow write:follows", follows.follow),
    _route("POST /api/v1/accounts/{id}/unfollow write:follows", follows.unfollow),
    _route("POST /api/v1/accounts/{id}/mute write:mutes", follows.mute),
    _route("POST /api/v1/accounts/{id}/unmute write:mutes", follows.unmute),
    _route("POST /api/v1/accounts/{id}/block write:blocks", follows.block),
    _route("POST /api/v1/accounts/{id}/unblock write:blocks", follows.unblock),
    _route("POST /api/v1/accounts/{id}/note write:accounts", follows.note),
    _route("GET /api/v1/mutes read:mutes", follows.muted),
    _route("GET /api/v1/blocks read:blocks", follows.blocked),
    # Timelines.
    _route("GET /api/v1/timelines/home read:statuses", timelines.home),
    _route("GET /api/v1/timelines/public read:statuses", timelines.public),
    _route("GET /api/v1/timelines/tag/{tag} read:statuses", timelines.tagged),
    _route("GET /api/v1/timelines/list/{list_id} read:lists", timelines.of_list),
    _route("GET /api/v1/bookmarks read:bookmarks", timelines.bookmarks),
    _route("GET /api/v1/favourites read:favourites", timelines.favourites),
    # Statuses.
    _route("POST /api/v1/statuses write:statuses", posting.post),
    _route("GET /api/v1/statuses read:statuses", statuses.several),
    _route("GET /api/v1/statuses/{id} read:statuses", statuses.status),
    _route("PUT /api/v1/statuses/{id} write:statuses", posting.change),
    _route("DELETE /api/v1/statuses/{id} write:statuses", posting.delete),
    _route("GET /api/v1/statuses/{id}/context read:statuses", statuses.conversation),
    _route("GET /api/v1/statuses/{id}/source read:statuses", statuses.source),
    _route("GET /api/v1/statuses/{id}/history read:statuses", statuses.history),
    _route("GET /api/v1/statuses/{id}/favourited_by read:accounts", statuses.favourited_by),
    _route("GET /api/v1/statuses/{id}/reblogged_by read:accounts", statuses.reblogged_by),
    _route("POST /api/v1/statuses/{id}/favourite write:favourites", actions.favourite),
    _route("POST /api/v1/statuses/{id}/unfavourite write:favourites", actions.unfavourite),
    _route("POST /api/v1/statuses/{id}/reblog write:statuses", actions.reblog),
    _route("POST /api/v1/statuses/{id}/unreblog write:statuses", actions.unreblog),
    _route("POST /api/v1/statuses/{id}/bookmark write:bookmarks", actions.bookmark),
    _route("POST /api/v1/statuses/{id}/unbookmark write:bookmarks", actions.unbookmark),
    _route("POST /api/v1/statuses/{id}/mute write:mutes", actions.mute),
    _route("POST /api/v1/statuses/{id}/unmute write:mutes", actions.unmute),
    _route("POST /api/v1/statuses/{id}/pin write:accounts", plain_answers.not_offered),
    _route("POST /api/v1/statuses/{id}/unpin write:accounts", plain_answers.not_offered),
    _route("POST /api/v1/statuses/{id}/translate read:statuses", plain_answers.not_offered),
    # Media and polls.
    _route("POST /api/v1/media write:media", media.upload),
    _route("POST /api/v2/media write:media", media.upload),
    _route("GET /api/v1/media/{id} write:media", media.show),
    _route("PUT /api/v1/media/{id} write:media", media.describe),
    _route("DELETE /api/v1/media/{id} write:media", media.forget),
    _route("GET /api/v1/polls/{id} read:statuses", polls.poll),
    _route("POST /api/v1/polls/{id}/votes write:statuses", polls.vote),
    # Search.
    _route("GET /api/v2/search read:search", search.search_2),
    _route("GET /api/v1/search read:search", search.search_1),
    _route("GET /api/v1/tags/{tag} any", search.tag),
    # Notifications.
    _route("GET /api/v1/notifications read:notifications", notifications.notifications),
    _route("GET /api/v1/notifications/unread_count read:notifications", notifications.unread_count),
    _route("POST /api/v1/notifications/clear write:notifications", notifications.clear),
    _route("POST /api/v1/notifications/dismiss write:notifications", notifications.dismiss),
    _route("GET /api/v1/notifications/{id} read:notifications", notifications.notification),
    _route("POST /api/v1/notifications/{id}/dismiss write:notifications", notifications.dismiss),
    # Filters.
    _route("GET /api/v1/filters read:filters", filters.filters_1),
    _route("GET /api/v2/filters read:filters", filters.filters),
    _route("POST /api/v2/filters write:filters", filters.make),
    _route("GET /api/v2/filters/{id} read:filters", filters.one_filter),
    _route("PUT /api/v2/filters/{id} write:filters", filters.change),
    _route("DELETE /api/v2/filters/{id} write:filters", filters.delete),
    _route("GET /api/v2/filters/{id}/keywords read:filters", filters.keywords),
    _route("POST /api/v2/filters/{id}/keywords write:filters", filters.add_keyword),
    _route("GET /api/v2/filters/{id}/statuses read:filters", plain_answers.empty_list),
    _route("GET /api/v2/filters/keywords/{id} read:filters", filters.keyword),
    _route("PUT /api/v2/filters/keywords/{id} write:filters", filters.change_keyword),
    _route("DELETE /api/v2/filters/keywords/{id} write:filters", filters.delete_keyword),
    # Lists.
    _route("GET /api/v1/lists read:lists", lists.lists),
    _route("POST /api/v1/lists write:lists", lists.make),
    _route("GET /api/v1/lists/{id} read:lists", lists.one_list),
    _route("PUT /api/v1/lists/{id} write:lists", lists.rename),
    _route("DELETE /api/v1/lists/{id} write:lists", lists.remove),
    _route("GET /api/v1/lists/{id}/accounts read:lists", lists.members),
    _route("POST /api/v1/lists/{id}/accounts write:lists", lists.add),
    _route("DELETE /api/v1/lists/{id}/accounts write:lists", lists.take_off),
    # Private messages.
    _route("GET /api/v1/conversations read:statuses", conversations.conversations_of_owner),
    _route("POST /api/v1/conversations/{id}/read write:conversations", conversations.read),
    _route("DELETE /api/v1/conversations/{id} write:conversations", conversations.forget),
    # What the owner chose.
    _route("GET /api/v1/markers read:statuses", markers.markers),
    _route("POST /api/v1/markers write:statuses", markers.set_markers),
    _route("GET /api/v1/preferences read:accounts", plain_answers.preferences),
    # Streams.
    _route("GET /api/v1/streaming/health -", streaming.health),
    _route("GET /api/v1/streaming -", streaming.server_sent),
    _route("GET /api/v1/streaming/{name:path} -", streaming.server_sent),
    # Of these there are none here.
    _route("GET /api/v1/custom_emojis -", plain_answers.empty_list),
    _route("GET /api/v1/instance/peers -", plain_answers.empty_list),
    _route("GET /api/v1/instance/rules -", plain_answers.empty_list),
    _route("GET /api/v1/announcements any", plain_answers.empty_list),
    _route("GET /api/v1/follow_requests read:follows", plain_answers.empty_list),
    _route("GET /api/v1/domain_blocks read:blocks", plain_answers.empty_list),
    _route("GET /api/v1/endorsements read:accounts", plain_answers.empty_list),
    _route("GET /api/v1/featured_tags read:accounts", plain_answers.empty_list),
    _route("GET /api/v1/followed_tags read:follows", plain_answers.empty_list),
    _route("GET /api/v1/scheduled_statuses read:statuses", plain_answers.empty_list),
    _route("GET /api/v1/suggestions read:accounts", plain_answers.empty_list),
    _route("GET /api/v2/suggestions read:accounts", plain_answers.empty_list),
    _route("GET /api/v1/trends -", plain_answers.empty_list),
    _route("GET /api/v1/trends/tags -", plain_answers.empty_list),
    _route("GET /api/v1/trends/statuses -", plain_answers.empty_list),
    _route("GET /api/v1/trends/links -", plain_answers.empty_list),
    _route("GET /api/v1/accounts/familiar_followers read:follows", plain_answers.empty_list),
    _route("GET /api/v1/accounts/{id}/featured_tags any", plain_answers.empty_list),
)


def api_routes() -> list[BaseRoute]:
    """All of it for the application; apps call some routes with a slash at the end."""
    found: list[BaseRoute] = [
        Route("/api/{path:path}", preflight, methods=["OPTIONS"]),
        Route("/oauth/{path:path}", preflight, methods=["OPTIONS"]),
    ]
    # What has a fixed path comes before what has an id in its place.
    for one in sorted(ROUTES, key=lambda route: "{" in route.path):
        found += _routes(one)
    found += [
        WebSocketRoute("/api/v1/streaming", streaming.web_socket),
        WebSocketRoute("/api/v1/streaming/", streaming.web_socket),
        Route("/avatars/{name}", answered(avatars.avatar)),
        Route("/tags/{tag}", tag_page),
        Route(openapi.PATH, answered(described), methods=["GET"]),
        Route("/.well-known/oauth-authorization-server", answered(unknown)),
        Route(ANY_PATH, answered(unmatched), methods=ALL_METHODS),
    ]
    return found


ANY_PATH: Final = "/api/{path:path}"
ALL_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _routes(one: ApiRoute) -> Iterator[Route]:
    if one.scope == OPEN:
        handler = answered(one.handler)
    elif one.scope == APP_ALONE:
        handler = guarded(one.handler, None, owner=False)
    elif one.scope == ANY_SCOPE:
        handler = guarded(one.handler, None)
    else:
        handler = guarded(one.handler, one.scope)
    yield Route(one.path, handler, methods=[one.method])
    if not one.path.endswith(":path}"):
        yield Route(f"{one.path}/", handler, methods=[one.method])


async def unmatched(request: Request) -> Response:
    """The answer where no route is: that there is none, or none with this method."""
    routes = request.scope["router"].routes
    known = [one for one in routes if isinstance(one, Route) and one.path != ANY_PATH]
    partial = [one for one in known if one.matches(request.scope)[0] is Match.PARTIAL]
    allowed = {method for one in partial for method in one.methods or ()} - {"OPTIONS"}
    if not allowed:
        return await unknown(request)
    refused = failure(405, "This method is not allowed here")
    refused.headers["allow"] = ", ".join(sorted(allowed))
    return refused


async def described(_: Request) -> JSONResponse:
    """All routes, for programs that read OpenAPI."""
    return JSONResponse(openapi.description(one[:3] for one in ROUTES))


async def tag_page(request: Request) -> RedirectResponse:
    """The posts with a tag, on the page."""
    from urllib.parse import quote

    return RedirectResponse(f"/?tag={quote(str(request.path_params['tag']), safe='')}", 303)

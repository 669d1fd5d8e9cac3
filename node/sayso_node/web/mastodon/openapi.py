"""A description of the interface for apps in OpenAPI 3.1, made from the table of routes.

It says of each route its method, path, scope, parameters and whether it answers with a list or a
map. What the entities hold is written in Mastodon's own documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..access.scopes import SCOPES

OpenApi = dict[str, Any]

PATH: Final = "/api/openapi.json"
"""Where a node serves it, to whoever is on this machine."""

_TEXT: Final[OpenApi] = {"type": "string"}
_FLAG: Final[OpenApi] = {"type": "boolean"}
_NUMBER: Final[OpenApi] = {"type": "integer", "minimum": -(10**17), "maximum": 10**17}
_PLACE: Final[OpenApi] = {"type": "string", "pattern": "^[0-9]{1,18}$"}
"""The id of a status or a notification, as pages are asked for by it."""
_IDS: Final[OpenApi] = {"type": "array", "items": _TEXT}
_MAP: Final[OpenApi] = {"type": "object"}
_LIST: Final[OpenApi] = {"type": "array", "items": _MAP}
_WORDS: Final[OpenApi] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"id": _TEXT, "keyword": _TEXT, "_destroy": _FLAG},
    },
}
_POLL: Final[OpenApi] = {
    "type": "object",
    "properties": {"options": _IDS, "expires_in": _NUMBER, "multiple": _FLAG},
}
_DESCRIBED: Final[OpenApi] = {
    "type": "array",
    "items": {"type": "object", "properties": {"id": _TEXT, "description": _TEXT}},
}
_MARKER: Final[OpenApi] = {"type": "object", "properties": {"last_read_id": _TEXT}}
_FILE: Final[OpenApi] = {"type": "string", "format": "binary"}

_TYPES: Final[Mapping[str, OpenApi]] = {
    "text": _TEXT,
    "flag": _FLAG,
    "number": _NUMBER,
    "place": _PLACE,
    "ids": _IDS,
    "words": _WORDS,
    "poll": _POLL,
    "described": _DESCRIBED,
    "marker": _MARKER,
    "file": _FILE,
}

_PAGE: Final = "limit:number max_id:place since_id:place min_id:place"
_FILTER: Final = "title filter_action context:ids expires_in:number keywords_attributes:words"
_STATUS: Final = "status spoiler_text sensitive:flag language media_ids:ids"
_CHANGE_STATUS: Final = f"{_STATUS} media_attributes:described"
_POST_STATUS: Final = f"{_STATUS} in_reply_to_id visibility scheduled_at poll:poll"
_APP: Final = "client_id client_secret"

_PARAMETERS: Final[Mapping[str, str]] = {
    "POST /api/v1/apps": "client_name redirect_uris:ids scopes website",
    "POST /oauth/token": f"{_APP} grant_type code redirect_uri code_verifier scope",
    "POST /oauth/revoke": f"{_APP} token",
    "PATCH /api/v1/accounts/update_credentials": "display_name note",
    "GET /api/v1/accounts/relationships": "id:ids",
    "GET /api/v1/accounts/search": "q limit:number resolve:flag following:flag",
    "GET /api/v1/accounts/lookup": "acct",
    "GET /api/v1/accounts": "id:ids",
    "GET /api/v1/accounts/{id}/statuses": f"{_PAGE} pinned:flag tagged exclude_replies:flag "
    "exclude_reblogs:flag only_media:flag",
    "GET /api/v1/accounts/{id}/followers": _PAGE,
    "GET /api/v1/accounts/{id}/following": _PAGE,
    "POST /api/v1/accounts/{id}/mute": "duration:number",
    "POST /api/v1/accounts/{id}/note": "comment",
    "GET /api/v1/timelines/home": _PAGE,
    "GET /api/v1/timelines/public": f"{_PAGE} only_media:flag",
    "GET /api/v1/timelines/tag/{tag}": f"{_PAGE} all:ids none:ids only_media:flag",
    "GET /api/v1/timelines/list/{list_id}": _PAGE,
    "GET /api/v1/bookmarks": _PAGE,
    "GET /api/v1/favourites": _PAGE,
    "POST /api/v1/statuses": _POST_STATUS,
    "GET /api/v1/statuses": "id:ids",
    "PUT /api/v1/statuses/{id}": _CHANGE_STATUS,
    "GET /api/v1/statuses/{id}/favourited_by": "limit:number",
    "GET /api/v1/statuses/{id}/reblogged_by": "limit:number",
    "POST /api/v1/media": "file:file description",
    "POST /api/v2/media": "file:file description",
    "PUT /api/v1/media/{id}": "description",
    "POST /api/v1/polls/{id}/votes": "choices:ids",
    "GET /api/v2/search": "q type resolve:flag limit:number offset:number",
    "GET /api/v1/search": "q type resolve:flag limit:number offset:number",
    "GET /api/v1/notifications": f"{_PAGE} types:ids exclude_types:ids account_id",
    "POST /api/v1/notifications/dismiss": "id",
    "POST /api/v2/filters": _FILTER,
    "PUT /api/v2/filters/{id}": _FILTER,
    "POST /api/v2/filters/{id}/keywords": "keyword",
    "PUT /api/v2/filters/keywords/{id}": "keyword",
    "POST /api/v1/lists": "title replies_policy exclusive:flag",
    "PUT /api/v1/lists/{id}": "title replies_policy exclusive:flag",
    "POST /api/v1/lists/{id}/accounts": "account_ids:ids",
    "DELETE /api/v1/lists/{id}/accounts": "account_ids:ids",
    "GET /api/v1/conversations": _PAGE,
    "GET /api/v1/markers": "timeline:ids",
    "POST /api/v1/markers": "home:marker notifications:marker",
    "GET /api/v1/streaming/{name}": "tag list",
}
"""What each route takes, beside what is in its path: names, each with its type where it is no text.
Nothing is needed: what is missing is said in the answer."""

_LISTS: Final = frozenset(
    f"GET /api/{path}"
    for path in (
        *("v1/accounts/relationships", "v1/accounts/search", "v1/accounts"),
        *("v1/accounts/{id}/statuses", "v1/accounts/{id}/followers", "v1/accounts/{id}/following"),
        *("v1/accounts/{id}/lists", "v1/mutes", "v1/blocks", "v1/timelines/home"),
        *("v1/timelines/public", "v1/timelines/tag/{tag}", "v1/timelines/list/{list_id}"),
        *("v1/bookmarks", "v1/favourites", "v1/statuses", "v1/statuses/{id}/history"),
        *("v1/statuses/{id}/favourited_by", "v1/statuses/{id}/reblogged_by", "v1/notifications"),
        *("v1/filters", "v2/filters", "v2/filters/{id}/keywords", "v2/filters/{id}/statuses"),
        *("v1/lists", "v1/lists/{id}/accounts", "v1/custom_emojis", "v1/instance/peers"),
        *("v1/instance/rules", "v1/announcements", "v1/conversations", "v1/follow_requests"),
        *("v1/domain_blocks", "v1/endorsements", "v1/featured_tags", "v1/followed_tags"),
        *("v1/scheduled_statuses", "v1/suggestions", "v2/suggestions", "v1/trends"),
        *("v1/trends/tags", "v1/trends/statuses", "v1/trends/links"),
        *("v1/accounts/familiar_followers", "v1/accounts/{id}/featured_tags"),
    )
)
"""The routes that answer with a list; all others answer with a map."""

_ACCESS: Final = (
    ("POST", "/api/v1/apps", "-"),
    ("POST", "/oauth/token", "-"),
    ("POST", "/oauth/revoke", "-"),
)
"""How an app gets access; the owner's consent is a page."""

_ERRORS: Final = {
    "400": "It cannot be understood",
    "401": "There is no such token",
    "403": "The token does not allow it",
    "404": "There is nothing by this id",
    "405": "Not with this method",
    "413": "It is too large",
    "422": "A parameter does not fit; the text says which",
    "429": "Too many apps register; the header says when to try again",
    "503": "The store or the keys cannot be used now; the text says why",
}


def description(routes: Iterable[tuple[str, str, str]]) -> OpenApi:
    """The description of routes, each a method, a path and the scope that it needs: ``-`` for none,
    ``any`` for any token of the owner's, ``app`` for any at all."""
    paths: dict[str, OpenApi] = {}
    for method, path, scope in (*_ACCESS, *routes):
        shown = path.replace(":path}", "}")
        paths.setdefault(shown, {})[method.lower()] = _operation(method, shown, scope)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "sayso, as Mastodon's apps see it",
            "version": "4.2.0",
            "description": "docs/clients.md says what things are here, and what is not offered.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": "/oauth/authorize",
                            "tokenUrl": "/oauth/token",
                            "scopes": {scope: scope for scope in sorted(SCOPES)},
                        }
                    },
                }
            },
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": _TEXT},
                }
            },
        },
    }


def _operation(method: str, path: str, scope: str) -> OpenApi:
    name = f"{method} {path}"
    taken = _PARAMETERS.get(name, "")
    inside = [
        {"name": one, "in": "path", "required": True, "schema": _TEXT}
        for one in re.findall(r"{(\w+)}", path)
    ]
    made: OpenApi = {
        "operationId": f"{method.lower()}{re.sub(r'[^a-z0-9]+', '-', path.lower()).rstrip('-')}",
        "responses": _responses(name),
        "parameters": inside,
    }
    if scope != "-":
        made["security"] = [{"token": [scope] if scope in SCOPES else []}]
    if method == "GET":
        made["parameters"] = inside + [
            {"name": one, "in": "query", "schema": schema, "style": "form", "explode": True}
            for one, schema in _named(taken)
        ]
    elif taken:
        schema = {"type": "object", "properties": dict(_named(taken))}
        kinds = ["multipart/form-data"] if ":file" in taken else _FORMS
        made["requestBody"] = {"content": {kind: {"schema": schema} for kind in kinds}}
    return made


_FORMS: Final = ("application/json", "application/x-www-form-urlencoded")


def _named(taken: str) -> list[tuple[str, OpenApi]]:
    pairs = (one.partition(":") for one in taken.split())
    return [(name, _TYPES[kind or "text"]) for name, _colon, kind in pairs]


def _responses(name: str) -> OpenApi:
    kind, schema = "application/json", _LIST if name in _LISTS else _MAP
    if name.startswith("GET /api/v1/streaming"):
        kind, schema = "text/event-stream", _TEXT
    if name.endswith("/health"):
        kind = "text/plain"
    found: OpenApi = {"200": {"description": "Done", "content": {kind: {"schema": schema}}}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for status, text in _ERRORS.items():
        found[status] = {"description": text, "content": error}
    return found

"""The description in OpenAPI says of every route what it takes, and of no other."""

from __future__ import annotations

import json

from tests.node.web.apps import app_of

from sayso_node.home.directory import Home
from sayso_node.web.mastodon import openapi
from sayso_node.web.mastodon.routes import ROUTES
from sayso_storage.interface.store import Store


def shown(path: str) -> str:
    return path.replace(":path}", "}")


async def test_a_node_serves_the_description_of_all_its_routes(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        found = json.loads((await app.ask("GET", openapi.PATH, token=None)).body)
    described = {
        (method.upper(), path, *(one for part in of.get("security", ()) for one in part["token"]))
        for path, methods in found["paths"].items()
        for method, of in methods.items()
    }
    expected = {
        (
            one.method,
            shown(one.path),
            *([one.scope] if one.scope not in ("-", "any", "app") else []),
        )
        for one in ROUTES
    }
    access = {("POST", path) for path in ("/api/v1/apps", "/oauth/token", "/oauth/revoke")}
    assert described == expected | access


def test_what_is_said_of_a_route_is_of_one_that_there_is() -> None:
    known = {f"{one.method} {shown(one.path)}" for one in ROUTES}
    access = {"POST /api/v1/apps", "POST /oauth/token", "POST /oauth/revoke"}
    assert openapi._PARAMETERS.keys() <= known | access
    assert known >= openapi._LISTS


async def test_another_method_is_told_which_there_are(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        for path, allowed in (
            ("/api/v1/statuses/1", "DELETE, GET, HEAD, PUT"),
            ("/api/v1/apps", "POST"),
            ("/api/v1/apps/", "POST"),
        ):
            answer = await app.ask("PATCH", path)
            assert (answer.status, answer.headers["allow"]) == (405, allowed)
        assert (await app.ask("PATCH", "/api/v1/nothing")).status == 404

"""Whatever is sent is answered in JSON, soon, and by no mistake of the server's."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from tests.budget import long
from tests.node.web.apps import app_of, let_in
from tests.node.web.serving import served

from sayso_node.home.directory import Home
from sayso_node.web.api.params import BadParam, Params
from sayso_node.web.mastodon.routes import ROUTES
from sayso_node.web.mastodon.saved_state import SavedState
from sayso_storage.interface.store import Store

BAD_IDS = ["0", "-1", str(2**63 - 1), "9" * 40, "x", "%00", "..%2f..", "1%2f2", "%D9%A1"]


@long
async def test_every_route_answers_to_nonsense(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        for route in ROUTES:
            if "streaming" in route.path and "health" not in route.path:
                continue
            for bad in BAD_IDS[:3] if "{" in route.path else [""]:
                path = route.path
                for name in ("{id}", "{tag}", "{list_id}"):
                    path = path.replace(name, bad)
                answer = await app.ask(route.method, f"{path}?limit=99999&max_id={2**62}")
                assert answer.status in (200, 400, 404, 422), (route, answer)
                if "health" not in path:
                    json.loads(answer.body)


@pytest.mark.parametrize("bad", BAD_IDS)
async def test_no_id_breaks_a_route(home: Home, store: Store, bad: str) -> None:
    async with app_of(home, store) as app:
        for path in ("statuses/{}", "accounts/{}", "accounts/{}/statuses", "polls/{}", "media/{}"):
            assert await app.refused("GET", f"/api/v1/{path.format(bad)}") in (400, 404)
        answer = await app.ask("GET", f"/api/v1/timelines/home?max_id={bad}")
        assert answer.status in (200, 422)


@long
async def test_without_a_token_nothing_is_read(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        for route in ROUTES:
            if route.scope == "-":
                continue
            path = route.path.replace("{id}", "1").replace("{tag}", "a").replace("{list_id}", "1")
            answer = await app.ask(route.method, path, token=None)
            # A form without a token comes from nowhere: the door has refused it before.
            assert answer.status == (401 if route.method == "GET" else 403), route
            wrong = await app.ask(route.method, path, token="wrong")
            assert wrong.status == 401, route


async def test_each_route_needs_its_scope(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app = let_in(at, "push")
        for route in ROUTES:
            if route.scope in ("-", "any", "app"):
                continue
            path = route.path.replace("{id}", "1").replace("{tag}", "a").replace("{list_id}", "1")
            assert await app.refused(route.method, path) == 403, route


async def test_bodies_are_bounded(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        kind = [("authorization", f"Bearer {app.token}"), ("content-type", "application/json")]
        deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
        bodies = [deep, b"[1]", b"{", b"\xff", b'{"a": ' + b"[1," * 400 + b"1" + b"]" * 400 + b"}"]
        for body in bodies:
            answer = await app.at.ask("POST", "/api/v1/statuses", kind, body, app.host)
            assert answer.status == 422, body[:20]
        large = b'{"status": "' + b"x" * 70_000 + b'"}'
        assert (await app.at.ask("POST", "/api/v1/lists", kind, large, app.host)).status == 413
        odd = [kind[0], ("content-type", "text/plain")]
        assert (await app.at.ask("POST", "/api/v1/lists", odd, b"x", app.host)).status == 415


async def test_half_of_a_character_is_no_text(home: Home, store: Store) -> None:
    """It could be kept, but never sent again."""
    async with app_of(home, store) as app:
        kind = [("authorization", f"Bearer {app.token}"), ("content-type", "application/json")]
        for body in (b'{"title": "\\ud800"}', b'{"\\udfff": "x", "title": "x"}'):
            answer = await app.at.ask("POST", "/api/v1/lists", kind, body, app.host)
            assert answer.status == 422
        assert await app.get("/api/v1/lists") == []


async def test_one_long_name_is_not_copied_for_each_value(home: Home, store: Store) -> None:
    """A body of 64 kB took 450 MB, and needs no token."""
    async with app_of(home, store) as app:
        kind = [("content-type", "application/json")]
        values = b"1," * 15_000 + b"1"
        tracemalloc.start()
        try:
            body = b'{"' + b"x" * 30_000 + b'": [' + values + b"]}"
            answer = await app.at.ask("POST", "/api/v1/apps", kind, body, app.host)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert answer.status == 422
        assert most < 20_000_000
        body = b'{"client_name": "x", "y": [' + values + b"]}"
        assert (await app.at.ask("POST", "/api/v1/apps", kind, body, app.host)).status == 422


async def test_a_page_with_many_parameters_has_its_links(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        await app.post("/api/v1/statuses", {"status": "one"})
        query = "&".join(f"x={n}" for n in range(150))
        answer = await app.ask("GET", f"/api/v1/timelines/home?{query}")
        assert answer.status == 200
        assert "x=149&" in answer.headers["link"]


async def test_pages_of_other_servers_may_ask_with_a_token(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        elsewhere = [("origin", "http://localhost:5173"), ("sec-fetch-site", "cross-site")]
        answer = await app.ask("GET", "/api/v1/timelines/home", headers=elsewhere)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        before = await app.ask("OPTIONS", "/api/v1/statuses", headers=elsewhere, token=None)
        assert (before.status, before.headers["access-control-allow-origin"]) == (204, "*")
        page = await app.at.ask("GET", "/", elsewhere)
        assert "access-control-allow-origin" not in page.headers


async def test_discovery(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        for path in ("/api/v1/instance", "/api/v1/instance/", "/api/v2/instance"):
            answer = await app.ask("GET", path, token=None)
            about = json.loads(answer.body)
            assert about["version"].startswith("4.2.0 (compatible; sayso ")
            assert "api_versions" not in about
        known = await app.ask("GET", "/.well-known/oauth-authorization-server", token=None)
        assert known.status == 404
        unknown = await app.ask("GET", "/api/v1/nothing/of/it", token=None)
        assert (unknown.status, json.loads(unknown.body)) == (404, {"error": "Not Found"})
        links = json.loads((await app.ask("GET", "/.well-known/nodeinfo", token=None)).body)
        where = links["links"][0]["href"].partition(app.host)[2]
        about = json.loads((await app.ask("GET", where, token=None)).body)
        assert about["software"]["name"] == "sayso"
        me = await app.get("/api/v1/accounts/verify_credentials")
        picture = await app.ask("GET", me["avatar"].partition(app.host)[2], token=None)
        assert (picture.status, picture.headers["content-type"]) == (200, "image/png")


async def test_a_failure_is_told_in_json(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(SavedState, "clear", broken)
    async with app_of(home, store) as app:
        assert await app.refused("POST", "/api/v1/notifications/clear") == 500


def test_parameters_in_every_form() -> None:
    pairs = [("id[]", "1"), ("id[]", "2"), ("a", "true"), ("b", "0"), ("c", ""), ("n", "7")]
    pairs += [("x[0][id]", "3"), ("x[1][id]", "4")]
    pairs += [("y[][k]", "5"), ("y[][z]", "6"), ("y[][k]", "8")]
    params = Params(pairs)
    assert params.every("id") == ["1", "2"]
    assert (params.flag("a"), params.flag("b"), params.flag("c")) == (True, False, None)
    assert params.number("n", 1, 0, 5) == 5
    assert [one.text("id") for one in params.parts("x")] == ["3", "4"]
    assert [one.text("k") for one in params.parts("y")] == ["5", "8"]
    with pytest.raises(BadParam):
        params.number("a", 1, 0, 5)
    with pytest.raises(BadParam):
        Params([("a", "1")] * 1001)

"""OAuth: an app gets what the owner consented to, and nothing by any other way."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import trio
from tests.node.web.apps import OOB, App, app_of, let_in
from tests.node.web.serving import Answer, Served, served

from sayso_node.home.directory import Home
from sayso_node.web.access.grants import Grants
from sayso_node.web.access.redirects import BadRedirect, check_redirect
from sayso_node.web.context import REGISTRATION_SECONDS, REGISTRATIONS
from sayso_node.web.oauth import endpoints
from sayso_storage.interface.store import Store

TARGET = "http://127.0.0.1:9/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


async def _register(at: Served, **fields: str) -> dict[str, str]:
    form = {"client_name": "an app", "redirect_uris": TARGET, "scopes": "read"} | fields
    answer = await _open(at, "/api/v1/apps", form)
    assert answer.status == 200, answer
    return json.loads(answer.body)


async def _open(at: Served, path: str, form: dict[str, str]) -> Answer:
    """A request of an app from nowhere, without a token."""
    return await at.ask(
        "POST",
        path,
        [("content-type", "application/x-www-form-urlencoded")],
        urlencode(form).encode(),
        f"127.0.0.1:{at.site.port}",
    )


def _request(app: dict[str, str], **more: str) -> dict[str, str]:
    return {
        "client_id": app["client_id"],
        "redirect_uri": TARGET,
        "response_type": "code",
        "scope": "read",
    } | more


async def _page(at: Served, cookie: str, fields: dict[str, str]) -> Answer:
    return await at.ask("GET", f"/oauth/authorize?{urlencode(fields)}", [("cookie", cookie)])


async def _click(at: Served, cookie: str, fields: dict[str, str], **more: str) -> Answer:
    page = await _page(at, cookie, fields)
    assert page.status == 200, page
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    form = {name: html.unescape(value) for name, value in found} | {"answer": "yes"} | more
    kind = ("content-type", "application/x-www-form-urlencoded")
    headers = [*at.own, kind, ("cookie", cookie)]
    return await at.ask("POST", "/oauth/authorize", headers, urlencode(form).encode())


async def _code(at: Served, cookie: str, fields: dict[str, str]) -> str:
    answer = await _click(at, cookie, fields)
    assert answer.status == 303, answer
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def _exchange(app: dict[str, str], code: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": TARGET,
        "code": code,
    } | more


async def test_a_click_lets_an_app_in_once(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app, cookie = await _register(at), await at.cookie()
        fields = _request(app, state="s1")
        answer = await _click(at, cookie, fields)
        assert answer.headers["location"].startswith(f"{TARGET}?code=")
        assert "state=s1" in answer.headers["location"]
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        given = await _open(at, "/oauth/token", _exchange(app, code))
        token = json.loads(given.body)
        assert token["scope"] == "read"
        assert (await _open(at, "/oauth/token", _exchange(app, code))).status == 400
        me = App(at, token["access_token"], app["client_id"], app["client_secret"])
        assert (await me.get("/api/v1/accounts/verify_credentials"))["acct"] == "me"
        assert token["access_token"].encode() not in home.apps.read_bytes()
        assert app["client_secret"].encode() not in home.apps.read_bytes()
        assert home.apps.stat().st_mode & 0o777 == 0o600
        assert Grants(home).token(token["access_token"]) is not None  # after a new start, too
        gone = {"token": token["access_token"], **_exchange(app, "")}
        assert (await _open(at, "/oauth/revoke", gone)).status == 200
        assert await me.refused("GET", "/api/v1/accounts/verify_credentials") == 401


async def test_the_page_says_who_asks_and_carries_only_that_form(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app = await _register(at, client_name='<b>Bob</b>" ‮x', scopes="read write:media")
        page = await _page(at, await at.cookie(), _request(app, scope="read write:media"))
        assert "<b>Bob</b>" not in page.text
        assert "\u202e" not in page.text
        assert "form-action 'self' http://127.0.0.1:9;" in page.headers["content-security-policy"]


async def test_without_a_session_the_page_leads_to_itself_once(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app = await _register(at)
        query = urlencode(_request(app))
        first = await at.ask("GET", f"/oauth/authorize?{query}")
        assert "again=1" in first.text
        second = await at.ask("GET", f"/oauth/authorize?{query}&again=1")
        assert second.status == 401
        assert "sayso web" in second.text
        away = await at.ask("GET", f"/oauth/authorize/?{query}", host=f"127.0.0.1:{at.site.port}")
        assert away.status == 307
        assert away.headers["location"].startswith(f"http://{at.host}/oauth/authorize/?")


async def test_a_wrong_address_leads_nowhere(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app, cookie = await _register(at), await at.cookie()
        for uri in ("http://127.0.0.1:9/other", f"{TARGET}/", OOB, "javascript:alert(1)", ""):
            answer = await _page(at, cookie, _request(app, redirect_uri=uri))
            assert answer.status == 400
            assert "location" not in answer.headers
        unknown = await _page(at, cookie, _request(app, client_id="nobody"))
        assert unknown.status == 400


@pytest.mark.parametrize(
    "more",
    [
        {"scope": "write"},
        {"scope": "read admin:read"},
        {"response_type": "token"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": "short", "code_challenge_method": "S256"},
    ],
)
async def test_more_than_was_registered_is_denied(
    home: Home, store: Store, more: dict[str, str]
) -> None:
    async with served(home, store) as at:
        app = await _register(at)
        answer = await _page(at, await at.cookie(), _request(app, state="s", **more))
        assert answer.status == 303
        where = parse_qs(urlsplit(answer.headers["location"]).query)
        assert set(where) == {"error", "state"}


async def test_so_many_apps_register_at_once_and_no_more(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = trio.current_time()
    monkeypatch.setattr(endpoints, "seconds", lambda: now)
    async with served(home, store) as at:
        form = {"client_name": "an app", "redirect_uris": TARGET, "scopes": "read"}
        for _ in range(REGISTRATIONS):
            await _register(at)
        refused = await _open(at, "/api/v1/apps", form)
        assert (refused.status, refused.headers["retry-after"]) == (429, str(REGISTRATION_SECONDS))
        assert "while" in json.loads(refused.body)["error"]
        now += REGISTRATION_SECONDS
        await _register(at)
        assert (await _open(at, "/api/v1/apps", form)).status == 429


async def test_a_code_is_its_apps_alone(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app, other, cookie = await _register(at), await _register(at), await at.cookie()
        proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        wrong = (
            (other, {}),
            (app, {}),
            (app, {"code_verifier": "w" * 50}),
            (app, {"code_verifier": VERIFIER, "redirect_uri": OOB}),
            (app | {"client_secret": "x"}, {"code_verifier": VERIFIER}),
        )
        for who, more in wrong:
            code = await _code(at, cookie, _request(app, **proof))
            answer = await _open(at, "/oauth/token", _exchange(who, code, **more))
            assert answer.status in (400, 401), (who, more)
        code = await _code(at, cookie, _request(app, **proof))
        right = await _open(at, "/oauth/token", _exchange(app, code, code_verifier=VERIFIER))
        assert right.status == 200
        plain = await _code(at, cookie, _request(app))  # made without a challenge
        late = await _open(at, "/oauth/token", _exchange(app, plain, code_verifier=VERIFIER))
        assert late.status == 400


async def test_a_form_of_another_page_is_no_consent(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app, cookie = await _register(at), await at.cookie()
        answer = await _click(at, cookie, _request(app), csrf="0" * 64)
        assert answer.status == 403
        assert (await _click(at, cookie, _request(app), answer="no")).headers["location"] == (
            f"{TARGET}?error=access_denied"
        )


async def test_an_app_alone_reads_nothing_of_the_owners(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        app = await _register(at, scopes="read write")
        form = _exchange(app, "", grant_type="client_credentials", scope="read write")
        token = json.loads((await _open(at, "/oauth/token", form)).body)["access_token"]
        me = App(at, token, app["client_id"], app["client_secret"])
        for path in ("accounts/verify_credentials", "timelines/home", "timelines/public", "lists"):
            assert await me.refused("GET", f"/api/v1/{path}") == 422
        assert await me.refused("POST", "/api/v1/statuses", {"status": "x"}) == 422
        assert await me.get("/api/v1/apps/verify_credentials") == {}


async def test_what_no_scope_allows_is_refused(home: Home, store: Store) -> None:
    async with app_of(home, store, "read:statuses") as app:
        assert await app.get("/api/v1/timelines/home") == []
        assert await app.refused("GET", "/api/v1/lists") == 403
        assert await app.refused("POST", "/api/v1/statuses", {"status": "x"}) == 403
        other = let_in(app.at, "follow")
        assert await other.refused("GET", "/api/v1/timelines/home") == 403
        assert await other.get("/api/v1/mutes") == []
        other.token = "made up"
        assert await other.refused("GET", "/api/v1/mutes") == 401
        cookie = await app.at.cookie()  # a session of the page is no token
        answer = await app.at.ask("GET", "/api/v1/timelines/home", [("cookie", cookie)])
        assert answer.status == 401


async def test_registrations_are_bounded(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        for uris in ("javascript:alert(1)", "data:text/html,x", "file:///etc", "http://", "x y z"):
            form = {"client_name": "x", "redirect_uris": uris}
            assert (await _open(at, "/api/v1/apps", form)).status == 422, uris
        many = " ".join(f"http://127.0.0.1/{n}" for n in range(9))
        form = {"client_name": "x", "redirect_uris": many}
        assert (await _open(at, "/api/v1/apps", form)).status == 422
        body = json.dumps({"client_name": "j", "redirect_uris": [TARGET, OOB]}).encode()
        kind = [("content-type", "application/json")]
        answer = await at.ask("POST", "/api/v1/apps", kind, body, f"127.0.0.1:{at.site.port}")
        assert json.loads(answer.body)["redirect_uris"] == [TARGET, OOB]


def test_the_oldest_idle_app_gives_way(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_node.web.access.grants.MAX_APPS", 3)
    grants = Grants(home)
    first, _ = grants.register("first", None, [OOB], ["read"])
    token = grants.give(first.client_id, ["read"])
    for n in range(5):
        grants.register(f"app {n}", None, [OOB], ["read"])
    assert [one.name for one in grants.apps()] == ["first", "app 3", "app 4"]
    other = Grants(home)  # as the command `sayso apps`
    other.revoke_app(first.client_id)
    assert grants.token(token) is None


@pytest.mark.parametrize(
    "uri",
    [
        "JavaScript:alert(1)", "http:///x", "https://user@host/", "http://h/#f", "vbscript:x",
        "http://h/\\x", "http://h/'x", "relative", "//host", "http://h/\n", "blob:x", "about:blank",
    ],
)  # fmt: skip
def test_no_code_is_sent_to(uri: str) -> None:
    with pytest.raises(BadRedirect):
        check_redirect(uri)


@pytest.mark.parametrize("uri", [OOB, "myapp://callback", "app.tusky:/oauth", "http://[::1]:9/x"])
def test_codes_are_sent_to(uri: str) -> None:
    assert check_redirect(uri) == uri

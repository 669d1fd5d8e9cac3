"""Paging: each post comes once, and what comes late is not missed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.node.web.apps import App, Friend, app_of

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_node.web.mastodon.names.ids import account_id, account_of_id, parse_id
from sayso_node.web.mastodon.requests.paging import Paging
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import KeyPair
from sayso_storage.interface.store import Store

DAY = 86_400_000


async def _page(app: App, path: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    answer = await app.ask("GET", path)
    assert answer.status == 200, answer
    import json

    links = {
        rel: address.partition(app.host)[2]
        for address, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("link", ""))
    }
    return json.loads(answer.body), links


async def test_links_lead_through_all_posts_once(home: Home, store: Store) -> None:
    anna, ben = Friend(store, "anna"), Friend(store, "ben")
    start = now_ms() - 50 * DAY
    for n in range(12):  # what arrives later was written before
        writer = anna if n % 2 else ben
        writer.says(Post(f"post {n}", written=start - n * DAY))
    async with app_of(home, store) as app:
        seen: list[str] = []
        path: str | None = "/api/v1/timelines/home?limit=5"
        while path:
            page, links = await _page(app, path)
            seen += [one["content"] for one in page]
            path = links.get("next")
        assert seen == [f"<p>post {n}</p>" for n in range(12)]


async def test_what_arrives_late_comes_to_who_asks_since(home: Home, store: Store) -> None:
    anna = Friend(store, "anna")
    anna.says(Post("old"), Post("new"))
    async with app_of(home, store) as app:
        page, links = await _page(app, "/api/v1/timelines/home")
        newest = max(int(one["id"]) for one in page)
        assert await app.get("/api/v1/timelines/home", since_id=newest) == []
        late = anna.says(Post("late", written=now_ms() - 900 * DAY))[0]
        more = [anna.says(Post(f"more {n}"))[0] for n in range(3)]
        found = await app.get("/api/v1/timelines/home", since_id=newest)
        assert {one["id"] for one in found} == {str(one.arrival) for one in (late, *more)}
        lowest = await app.get("/api/v1/timelines/home", min_id=newest, limit=2)
        assert [one["id"] for one in lowest] == [str(more[0].arrival), str(late.arrival)]
        newer, _ = await _page(app, links["prev"])
        assert len(newer) == 4


async def test_pages_of_an_account_and_of_media(home: Home, store: Store) -> None:
    anna, stranger = Friend(store, "anna"), Friend(store, "stranger", followed=False)
    [first] = anna.says(Post("first"))
    anna.says(Post("answer", reply=first.reference))
    stranger.says(Post("not followed"))
    async with app_of(home, store) as app:
        path = f"/api/v1/accounts/{account_id(anna.account)}/statuses"
        assert len(await app.get(path)) == 2
        assert [one["id"] for one in await app.get(path, exclude_replies="true")] == [
            str(first.arrival)
        ]
        assert await app.get(path, only_media="1") == []
        assert await app.get(path, pinned="on") == []
        theirs = f"/api/v1/accounts/{account_id(stranger.account)}/statuses"
        assert len(await app.get(theirs)) == 1
        assert len(await app.get("/api/v1/timelines/home")) == 2


def test_ids_of_accounts_find_them_again(store: Store) -> None:
    keys = [KeyPair.from_seed(bytes([n]) * 32).public for n in range(60)]
    for key in keys:
        store.follow(key, None, 1)
    assert [account_of_id(store, account_id(key)) for key in keys] == keys
    assert account_of_id(store, str(int(account_id(keys[0])) + 1)) is None


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "١", str(2**63), "1" * 30, "0x1", " 1"])
def test_no_ids(text: str) -> None:
    assert parse_id(text) is None


def test_a_page_of_ids() -> None:
    every = list(range(10, 0, -1))
    assert Paging(3).of_sorted(every) == [10, 9, 8]
    assert Paging(3, max_id=5).of_sorted(every) == [4, 3, 2]
    assert Paging(3, since_id=4).of_sorted(every) == [10, 9, 8]
    assert Paging(3, min_id=4).of_sorted(every) == [7, 6, 5]
    assert Paging(3, max_id=9, min_id=4).of_sorted(every) == [7, 6, 5]

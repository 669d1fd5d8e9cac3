"""People: found by what is typed for them, followed, muted, noted, put on lists."""

from __future__ import annotations

import json
import re

import pytest
from tests.node.support import Person
from tests.node.web.apps import Friend, app_of

from sayso_node.accounts.domain_checks import DomainCheck, keep_domain_check
from sayso_node.accounts.lineage import own_account
from sayso_node.home.directory import Home
from sayso_node.web.mastodon import notifications
from sayso_protocol.content.body import Follow, Post, Profile, React
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.invite import Invite, invite_text
from sayso_storage.interface.store import Store


async def test_somebody_is_found_by_key_and_followed(home: Home, store: Store) -> None:
    key = KeyPair.from_seed(b"s" * 32).public
    async with app_of(home, store) as app:
        assert (await app.get("/api/v2/search", q=key_text(key)))["accounts"] == []
        found = await app.get("/api/v2/search", q=key_text(key), resolve="true")
        [account] = found["accounts"]
        related = await app.post(f"/api/v1/accounts/{account['id']}/follow")
        assert related["following"]
        assert key in [one.account for one in store.subscriptions()]
        [mine] = await app.get("/api/v1/accounts/relationships", **{"id[]": account["id"]})
        assert mine == related
        assert [mine] == await app.get("/api/v1/accounts/relationships", id=account["id"])
        again = await app.get("/api/v1/accounts/search", q=account["acct"])
        assert [one["acct"] for one in again] == [account["acct"]]
        assert not (await app.post(f"/api/v1/accounts/{account['id']}/unfollow"))["following"]
        assert not (await app.post(f"/api/v1/accounts/{account['id']}/unfollow"))["following"]


async def test_what_is_known_of_a_name_stands_in_fields(home: Home, store: Store) -> None:
    ben, other = Person("ben"), Person("other")
    for one, profile in (
        (ben, Profile(name="Ben")),
        (other, Profile(name="Bеn", domain="example.org")),
    ):
        store.follow(one.account, "ben" if one is ben else None, 1)
        store.add_grant(one.grant)
        store.append([one.publish([profile])], 2**41)
    async with app_of(home, store) as app:
        [found] = await app.get("/api/v1/accounts/search", q=key_text(other.account))
        fields = {one["name"]: one for one in found["fields"]}
        assert fields["Name"]["value"] == "looks like @ben"
        assert (fields["Domain"]["value"], fields["Domain"]["verified_at"]) == ("example.org", None)
    keep_domain_check(home, other.account, DomainCheck("example.org", True, 1_700_000_000_000))
    async with app_of(home, store) as app:
        [found] = await app.get("/api/v1/accounts/search", q=key_text(other.account))
        [domain] = [one for one in found["fields"] if one["name"] == "Domain"]
        assert domain["verified_at"].startswith("2023-11-14T")


async def test_who_made_the_invite_is_told_who_follows(home: Home, store: Store) -> None:
    ada, ben = Person("ada"), Person("ben")
    links = [
        invite_text(Invite(ada.account, ada.feed, token=b"token!")),
        invite_text(Invite(ben.account, ben.feed)),
    ]
    async with app_of(home, store) as app:
        for link in links:
            found = await app.get("/api/v2/search", q=link, resolve="true")
            [account] = found["accounts"]
            assert (await app.post(f"/api/v1/accounts/{account['id']}/follow"))["following"]
    kept = {one.account: one for one in store.accepted_invites()}
    told = kept[ada.account].introduction
    assert told is not None and b"token!" in told
    assert kept[ben.account].introduction is None


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("fr-CA, en;q=0.5", "Enregistrement introuvable"),
        ("de;q=0.9, fr;q=0.3, en;q=0", "Enregistrement introuvable"),
        ("en, fr;q=0.9", "Record not found"),
        ("xx, ../fr, " + "fr" * 300, "Record not found"),
        ("", "Record not found"),
    ],
)
async def test_errors_are_in_the_language_that_is_asked_for(
    header: str, error: str, home: Home, store: Store
) -> None:
    async with app_of(home, store) as app:
        asked = [("accept-language", header)] if header else []
        answer = await app.ask("GET", "/api/v1/statuses/77", headers=asked)
        assert (answer.status, json.loads(answer.body)) == (404, {"error": error})


async def test_mutes_and_blocks_are_rules_of_the_owner(home: Home, store: Store) -> None:
    anna = Friend(store, "anna", "anna")
    anna.says(Post("hello"))
    home.filters.write_text("# mine\n")
    home.filters.chmod(0o600)
    async with app_of(home, store) as app:
        [status] = await app.get("/api/v1/timelines/home")
        path = f"/api/v1/accounts/{status['account']['id']}"
        assert (await app.post(f"{path}/mute", {"duration": 60}))["muting"]
        assert "until" in home.filters.read_text()
        assert await app.get("/api/v1/timelines/home") == []
        assert len(await app.get("/api/v1/mutes")) == 1
        assert not (await app.post(f"{path}/unmute"))["muting"]
        assert (await app.post(f"{path}/block"))["blocking"]
        assert len(await app.get("/api/v1/blocks")) == 1
        assert not (await app.post(f"{path}/unblock"))["blocking"]
        assert home.filters.read_text().strip() == "# mine"
        assert (await app.post(f"{path}/note", {"comment": "met"}))["note"] == "met"


async def test_notifications_and_putting_them_away(home: Home, store: Store) -> None:
    anna = Friend(store, "anna", "anna")
    async with app_of(home, store) as app:
        made = await app.post("/api/v1/statuses", {"status": "who answers?"})
        [entry] = store.arrived_after(int(made["id"]) - 1, 1)
        reply, like, follow = anna.says(
            Post("I do", reply=entry.reference),
            React(entry.reference, "❤️"),
            Follow(own_account(store)),
        )
        found = await app.get("/api/v1/notifications")
        assert [(one["id"], one["type"]) for one in found] == [
            (str(follow.arrival), "follow"),
            (str(like.arrival), "favourite"),
            (str(reply.arrival), "mention"),
        ]
        assert [one["status"] and one["status"]["id"] for one in found] == [
            None,
            made["id"],
            str(reply.arrival),
        ]
        only = await app.get("/api/v1/notifications", **{"types[]": ["mention", "reblog"]})
        assert [one["type"] for one in only] == ["mention"]
        rest = await app.get("/api/v1/notifications", **{"exclude_types[]": "mention", "limit": 1})
        assert [one["type"] for one in rest] == ["follow"]
        one = await app.get(f"/api/v1/notifications/{like.arrival}")
        assert one["type"] == "favourite"
        assert (await app.get("/api/v1/notifications/unread_count"))["count"] == 3
        await app.post(f"/api/v1/notifications/{like.arrival}/dismiss")
        assert len(await app.get("/api/v1/notifications")) == 2
        await app.post(f"/api/v1/statuses/{made['id']}/mute")
        assert [one["type"] for one in await app.get("/api/v1/notifications")] == ["follow"]
        await app.post(f"/api/v1/statuses/{made['id']}/unmute")
        await app.post("/api/v1/notifications/clear")
        assert await app.get("/api/v1/notifications") == []
        anna.says(React(entry.reference, "🌊"))
        assert len(await app.get("/api/v1/notifications")) == 1


async def test_notifications_are_paged_to_the_last(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "LOOKED_AT", 4)
    anna = Friend(store, "anna", "anna")
    async with app_of(home, store) as app:
        made = await app.post("/api/v1/statuses", {"status": "who answers?"})
        [entry] = store.arrived_after(int(made["id"]) - 1, 1)
        first = anna.says(Post("hello", reply=entry.reference))
        rest = anna.says(*(Post(f"@ {n}", mentions=(own_account(store),)) for n in range(9)))
        ids = [str(one.arrival) for one in (*first, *rest)][::-1]
        anna.says(Follow(own_account(store)))

        async def paged(query: str) -> list[list[str]]:
            pages, path = list[list[str]](), f"/api/v1/notifications?{query}"
            while path:
                answer = await app.ask("GET", path)
                pages.append([one["id"] for one in json.loads(answer.body)])
                found = re.search(
                    r'<http://[^/]+([^>]+)>; rel="next"', answer.headers.get("link", "")
                )
                path = found[1] if found else ""
            return pages

        pages = await paged("limit=3&types[]=mention")
        assert [one for page in pages for one in page] == ids
        assert all(len(page) <= 3 for page in pages)
        few = await paged("limit=2&types[]=follow")
        assert [len(page) for page in few] == [1, 0, 0]
        up = await app.get("/api/v1/notifications", min_id=ids[6], limit=2)
        assert [one["id"] for one in up] == ids[4:6]
        down = await app.get("/api/v1/notifications", since_id=ids[6], max_id=ids[1], limit=2)
        assert [one["id"] for one in down] == ids[2:4]


async def test_lists_and_markers_outlive_the_node(home: Home, store: Store) -> None:
    anna, ben = Friend(store, "anna", "anna"), Friend(store, "ben", "ben")
    anna.says(Post("by anna"))
    ben.says(Post("by ben"))
    async with app_of(home, store) as app:
        made = await app.post("/api/v1/lists", {"title": "friends"})
        account = (await app.get("/api/v1/accounts/search", q="@anna"))[0]["id"]
        twice = [("account_ids[]", account)] * 2
        await app.post(f"/api/v1/lists/{made['id']}/accounts", twice)
        assert [one["id"] for one in await app.get("/api/v1/lists/1/accounts")] == [account]
        page = await app.get(f"/api/v1/timelines/list/{made['id']}")
        assert [one["content"] for one in page] == ["<p>by anna</p>"]
        await app.post("/api/v1/markers", {"home[last_read_id]": page[0]["id"]})
        assert await app.refused("POST", "/api/v1/markers", {"home[last_read_id]": "x"}) == 422
    async with app_of(home, store) as app:
        assert [one["title"] for one in await app.get("/api/v1/lists")] == ["friends"]
        assert [one["id"] for one in await app.get(f"/api/v1/accounts/{account}/lists")] == ["1"]
        assert (await app.get("/api/v1/markers"))["home"]["last_read_id"] == page[0]["id"]
        await app.post("/api/v1/lists/1", {"title": "all"}, "PUT")
        await app.post("/api/v1/lists/1/accounts", {"account_ids": account}, "DELETE")
        assert await app.get("/api/v1/lists/1/accounts") == []
        await app.post("/api/v1/lists/1", method="DELETE")
        assert await app.refused("GET", "/api/v1/lists/1") == 404
        assert home.app_state.stat().st_mode & 0o777 == 0o600


async def test_the_profile_is_published(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        form = {"display_name": "Robin H.", "note": "At <the> sea"}
        me = await app.post("/api/v1/accounts/update_credentials", form, "PATCH")
        assert me["display_name"] == "Robin H."
        assert me["note"] == "<p>At &lt;the&gt; sea</p>"
        assert me["source"]["note"] == "At <the> sea"
        assert "@" not in me["acct"]

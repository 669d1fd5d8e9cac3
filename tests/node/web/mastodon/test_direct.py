"""Private messages by apps: written, read and forgotten, and never a post."""

from __future__ import annotations

import json

import pytest
from tests.budget import long
from tests.node.web.apps import App, Friend, app_of, let_in

from sayso_node.accounts.lineage import own_account
from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_node.messages.conversation import ShownMessage, messages
from sayso_node.messages.kept_message import KeptMessage, put_message
from sayso_node.web.own_letters import made_letters, opened_letters
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.private.contents.message import Message
from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.private.packing import MAX_TIME
from sayso_storage.interface.store import Store

STATUSES = "/api/v1/statuses"


@pytest.fixture
def anna(store: Store) -> Friend:
    friend = Friend(store, "anna", "anna")
    friend.says(Post("a post of mine"))
    return friend


@pytest.fixture
def ben(store: Store) -> Friend:
    friend = Friend(store, "ben")
    friend.says(Post("hello"))
    return friend


def came(app: App, store: Store, by: Friend, text: str, number: int, sent_ms: int) -> None:
    """Keep a message as the mailbox keeps one that came."""
    own = own_account(store)
    message = Message(bytes([number]) * 16, own, text, sent_ms)
    with made_letters(app.at.context) as records:
        put_message(
            records, KeptMessage(by.account, message, MessageState.DELIVERED), frozenset((own,))
        )


def kept(app: App, store: Store) -> list[ShownMessage]:
    with opened_letters(app.at.context) as records:
        return [] if records is None else messages(store, records, now_ms())


def own_entries(store: Store) -> int:
    return sum(one.count for one in store.feeds_of(own_account(store)))


async def test_a_direct_status_is_a_message(home: Home, store: Store, anna: Friend) -> None:
    async with app_of(home, store) as app:
        before = own_entries(store)
        [post] = await app.get("/api/v1/timelines/home")
        acct = post["account"]["acct"]
        assert await app.get("/api/v1/conversations") == []
        assert not home.letters.exists()  # to look makes none
        form = {"status": f"@{acct} at nine, @{acct}?", "visibility": "direct"}
        made = await app.post(STATUSES, form)
        assert made["visibility"] == "direct" and made["delivery"] == "waiting"
        assert [one["acct"] for one in made["mentions"]] == [acct]
        [one] = kept(app, store)
        assert one.kept.message.to == anna.account
        # The petname is not told to whom it names.
        assert one.kept.message.text == f"at nine, @{key_text(anna.account)}?"
        assert await app.get(f"{STATUSES}/{made['id']}") == made
        assert len(made["id"]) <= 18
        # It stands nowhere else.
        for path in ("timelines/home", "timelines/public", f"accounts/{made['account']['id']}"):
            end = "/statuses" if path.startswith("accounts") else ""
            shown = await app.get(f"/api/v1/{path}{end}", since_id="1")
            assert made["id"] not in [status["id"] for status in shown]
        assert (await app.get("/api/v2/search", q="nine"))["statuses"] == []
        [found] = await app.get("/api/v1/conversations")
        assert found["last_status"] == made and found["unread"] is False
        assert [one["acct"] for one in found["accounts"]] == [acct]
        gone = await app.post(f"{STATUSES}/{made['id']}", method="DELETE")
        assert gone["text"].startswith("at nine")
        assert kept(app, store) == []
        assert await app.refused("GET", f"{STATUSES}/{made['id']}") == 404
        assert own_entries(store) <= before + 1 and "nine" not in _all_texts(store)


def _all_texts(store: Store) -> str:
    from sayso_storage.interface.store import TimelineQuery

    return " ".join(str(one.body) for one in store.timeline(TimelineQuery()))


SAYS_DIRECT = (
    [("visibility", "direct")],
    [("visibility", "Direct ")],
    [("visibility", "direct"), ("visibility", "public")],
    [("visibility", "public"), ("visibility", "direct")],
    [("visibility[]", "direct"), ("visibility", "")],
    [("visibility[audience]", "direct")],
    [("Visibility", "direct")],
)
BESIDE = (
    [],
    [("media_ids[]", "1")],
    [("media_ids", "1")],
    [("media_attributes[][id]", "1")],
    [("poll[options][]", "yes"), ("poll[options][]", "no"), ("poll[expires_in]", "600")],
    [("poll[multiple]", "true")],
    [("in_reply_to_id", "POST")],
    [("in_reply_to_id", "999")],
    [("scheduled_at", "2030-01-01T00:00:00Z")],
    [("spoiler_text", "careful")],
)


@long
@pytest.mark.parametrize("said", SAYS_DIRECT)
async def test_what_says_direct_never_becomes_a_post(
    home: Home, store: Store, anna: Friend, ben: Friend, said: list[tuple[str, str]]
) -> None:
    a, b = key_text(anna.account), key_text(ben.account)
    nobody = "someone@aaaaaaaa.p2p"
    texts = ("secret", f"@{a} secret", f"@{a} @{b} secret", f"@{a} @{nobody} secret", f"@{a}", "")
    async with app_of(home, store) as app:
        [post, *_] = await app.get("/api/v1/timelines/home")
        for beside in BESIDE:
            for text in texts:
                form = [*said, ("status", text), *beside]
                form = [(name, post["id"] if value == "POST" else value) for name, value in form]
                sent = len(kept(app, store))
                answer = await app.ask("POST", STATUSES, form)
                clear = len({value.strip().lower() for _, value in said}) == 1
                clear = clear and all(name in ("visibility", "visibility[]") for name, _ in said)
                if clear and not beside and text == f"@{a} secret":
                    assert answer.status == 200, answer
                    assert len(kept(app, store)) == sent + 1
                else:
                    assert answer.status in (404, 422), (form, answer)
                    assert json.loads(answer.body)["error"]
                    assert len(kept(app, store)) == sent
        assert "secret" not in _all_texts(store)
        [last] = [
            one for one in await app.get("/api/v1/timelines/public") if one["id"] == post["id"]
        ]
        assert last["replies_count"] == 0


async def test_an_answer_to_a_message_is_no_post(home: Home, store: Store, anna: Friend) -> None:
    async with app_of(home, store) as app:
        mention = f"@{key_text(anna.account)}"
        came(app, store, anna, "where?", 1, now_ms() - 1000)
        [found] = await app.get("/api/v1/conversations")
        where = found["last_status"]
        for visibility in ({}, {"visibility": "public"}, {"visibility": "unlisted"}):
            form = {"status": "at mine", "in_reply_to_id": where["id"]} | visibility
            assert await app.refused("POST", STATUSES, form) == 404
        form = {"status": f"{mention} at mine", "in_reply_to_id": where["id"]}
        made = await app.post(STATUSES, form | {"visibility": "direct"})
        around = await app.get(f"{STATUSES}/{made['id']}/context")
        assert [one["id"] for one in around["ancestors"]] == [where["id"]]
        assert around["descendants"] == []
        for act in ("reblog", "favourite", "bookmark"):
            assert await app.refused("POST", f"{STATUSES}/{where['id']}/{act}") == 404
        assert await app.refused("PUT", f"{STATUSES}/{made['id']}", {"status": "other"}) == 404
        assert "mine" not in _all_texts(store).replace("a post of mine", "")


async def test_a_message_is_sent_once_with_a_key(home: Home, store: Store, anna: Friend) -> None:
    async with app_of(home, store) as app:
        form = {"status": f"@{key_text(anna.account)} once", "visibility": "direct"}
        key = [("idempotency-key", "k")]
        public = await app.ask("POST", STATUSES, {"status": "a post"}, headers=key)
        first = await app.ask("POST", STATUSES, form, headers=key)
        again = await app.ask("POST", STATUSES, form, headers=key)
        assert json.loads(public.body)["id"] != json.loads(first.body)["id"]
        assert json.loads(first.body)["visibility"] == "direct"
        assert json.loads(first.body) == json.loads(again.body)
        assert len(kept(app, store)) == 1


async def test_conversations_are_read_paged_and_forgotten(
    home: Home, store: Store, anna: Friend, ben: Friend
) -> None:
    async with app_of(home, store) as app:
        came(app, store, anna, "one", 1, 1_000_000)
        came(app, store, ben, "<b>two</b>", 2, 2_000_000)
        found = await app.get("/api/v1/conversations")
        assert [one["last_status"]["content"] for one in found] == [
            "<p>&lt;b&gt;two&lt;/b&gt;</p>",
            "<p>one</p>",
        ]
        assert all(one["unread"] for one in found)
        [first] = await app.get("/api/v1/conversations", limit=1)
        rest = await app.get("/api/v1/conversations", limit=1, max_id=first["last_status"]["id"])
        assert [first, *rest] == found
        path = f"/api/v1/conversations/{first['id']}"
        assert not (await app.post(f"{path}/read"))["unread"]
        assert [one["unread"] for one in await app.get("/api/v1/conversations")] == [False, True]
        came(app, store, ben, "earlier, but it came later", 3, 1_500_000)
        assert [one["unread"] for one in await app.get("/api/v1/conversations")] == [True, True]
        assert await app.post(path, method="DELETE") == {}
        assert [one.kept.message.text for one in kept(app, store)] == ["one"]
        assert await app.refused("DELETE", path) == 404
        assert await app.refused("POST", f"{path}/read") == 404


async def test_what_is_too_long_is_refused(home: Home, store: Store, anna: Friend) -> None:
    async with app_of(home, store) as app:
        form = {"status": f"@{key_text(anna.account)} {'x' * 60_000}", "visibility": "direct"}
        assert await app.refused("POST", STATUSES, form) == 422
        own = {"status": f"@{key_text(own_account(store))} x", "visibility": "direct"}
        assert await app.refused("POST", STATUSES, own) == 422
        assert kept(app, store) == [] and "xxx" not in _all_texts(store)


async def test_a_time_that_nobody_can_say_stops_no_list(
    home: Home, store: Store, anna: Friend
) -> None:
    async with app_of(home, store) as app:
        came(app, store, anna, "far", 1, MAX_TIME)
        came(app, store, anna, "near", 2, 1_000_000)
        [found] = await app.get("/api/v1/conversations")
        assert found["last_status"]["content"] == "<p>far</p>"
        assert found["last_status"]["created_at"].startswith("9999-12-31")
        path = f"{STATUSES}/{found['last_status']['id']}"
        assert (await app.get(path))["id"] == found["last_status"]["id"]


async def test_scopes_are_kept(home: Home, store: Store, anna: Friend) -> None:
    async with app_of(home, store, "read:accounts", "write:media") as app:
        came(app, store, anna, "one", 1, 1_000_000)
        form = {"status": f"@{key_text(anna.account)} x", "visibility": "direct"}
        assert await app.refused("GET", "/api/v1/conversations") == 403
        assert await app.refused("POST", STATUSES, form) == 403
        reader = let_in(app.at, "read:statuses")
        [one] = await reader.get("/api/v1/conversations")
        assert await reader.refused("POST", f"/api/v1/conversations/{one['id']}/read") == 403
        assert await reader.refused("DELETE", f"/api/v1/conversations/{one['id']}") == 403
        assert await reader.refused("DELETE", f"{STATUSES}/{one['last_status']['id']}") == 403
        assert await reader.refused_without_token("GET", "/api/v1/conversations") == 401


async def test_a_post_is_not_edited_into_a_message(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        made = await app.post(STATUSES, {"status": "for all"})
        before = own_entries(store)
        path = f"{STATUSES}/{made['id']}"
        form = {"status": "for @ben alone", "visibility": "direct"}
        assert await app.refused("PUT", path, form) == 422
        assert own_entries(store) == before
        form = {"status": "for all of you", "visibility": "public"}
        assert "for all of you" in (await app.post(path, form, "PUT"))["content"]

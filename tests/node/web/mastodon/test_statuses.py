"""Statuses: what is posted by an app is an entry as any other, and back."""

from __future__ import annotations

import json

import pytest
from tests.node.web.apps import Friend, app_of

from sayso_node.accounts.author import Author
from sayso_node.compose.edit import EditDraft, edit
from sayso_node.compose.post import Draft, publish_post
from sayso_node.home.directory import Home
from sayso_node.web.mastodon.statuses import statuses
from sayso_protocol.content.body import Poll, Post, React, Repost
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.store import Store, TimelineQuery


async def test_foreign_text_is_no_markup(home: Home, store: Store) -> None:
    anna = Friend(store, "anna", "anna")
    text = '<script>alert(1)</script> "q" #sea https://example.org/a?b=<i>&c=1\n\nnew\nline \u202ex'
    anna.says(Post(text, warn="<b>warn</b>", tags=("sea",), mentions=(anna.account,)))
    async with app_of(home, store) as app:
        [status] = await app.get("/api/v1/timelines/home")
        html = status["content"]
        assert "<script" not in html
        assert "<i>" not in html
        assert "\u202e" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert 'href="https://example.org/a?b="' in html
        assert "<span>sea</span></a>" in html
        assert "</p><p>new<br />line" in html
        assert status["spoiler_text"] == "<b>warn</b>"  # apps show it as plain text
        assert status["sensitive"]
        assert [one["name"] for one in status["tags"]] == ["sea"]
        assert [one["acct"] for one in status["mentions"]] == [status["account"]["acct"]]


async def test_what_strangers_call_themselves_is_no_petname(home: Home, store: Store) -> None:
    from sayso_protocol.content.body import Profile

    bob, other = Friend(store, "bob", "bob"), Friend(store, "other")
    bob.says(Profile("Robert"), Post("I am bob"))
    other.says(Profile("bob"), Post("so am I"))
    async with app_of(home, store) as app:
        said, real = await app.get("/api/v1/timelines/home")
        assert real["account"]["display_name"] == "bob"
        assert real["account"]["acct"].startswith("bob@")
        assert said["account"]["display_name"] == "“bob”"
        assert said["account"]["username"].startswith("z6Mk")
        assert said["account"]["acct"].split("@")[0] == said["account"]["username"]
        found = await app.get("/api/v1/accounts/lookup", acct=real["account"]["acct"])
        assert found["id"] == real["account"]["id"]
        forged = "bob@" + said["account"]["acct"].split("@")[1]
        assert await app.refused("GET", f"/api/v1/accounts/lookup?acct={forged}") == 404


async def test_a_post_is_an_entry_and_is_edited_and_taken_back(home: Home, store: Store) -> None:
    anna = Friend(store, "anna", "anna")
    async with app_of(home, store) as app:
        acct = (await app.get("/api/v1/accounts/search", q="anna"))[0]["acct"]
        form = {"status": f"Hello @{acct} #sea", "spoiler_text": "careful", "language": "en"}
        made = await app.post("/api/v1/statuses", form)
        [entry] = store.timeline(TimelineQuery())
        assert made["id"] == str(entry.arrival)
        assert made["mentions"][0]["acct"] == acct
        source = await app.get(f"/api/v1/statuses/{made['id']}/source")
        assert source["text"] == "Hello @anna #sea"
        assert ">@<span>anna</span></a>" in made["content"]
        reply = await app.post(
            "/api/v1/statuses", {"status": "An answer", "in_reply_to_id": made["id"]}
        )
        assert reply["in_reply_to_account_id"] == made["account"]["id"]
        changed = await app.post(f"/api/v1/statuses/{made['id']}", {"status": "Bye"}, "PUT")
        assert (changed["id"], changed["spoiler_text"]) == (made["id"], "careful")
        assert changed["edited_at"]
        versions = await app.get(f"/api/v1/statuses/{made['id']}/history")
        assert [one["content"] for one in versions][1] == "<p>Bye</p>"
        context = await app.get(f"/api/v1/statuses/{reply['id']}/context")
        assert [one["id"] for one in context["ancestors"]] == [made["id"]]
        gone = await app.post(f"/api/v1/statuses/{made['id']}", method="DELETE")
        assert gone["text"] == "Bye"
        assert await app.refused("GET", f"/api/v1/statuses/{made['id']}") == 404
        assert store.taken_back([entry.id]) == {entry.id}
        [theirs] = anna.says(Post("mine"))
        for way, path in (("DELETE", ""), ("PUT", "")):
            form = {"status": "yours"}
            target = f"/api/v1/statuses/{theirs.arrival}{path}"
            assert await app.refused(way, target, form) == 422


async def test_a_key_for_trying_again_posts_once(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        for key, count in (("a", 1), ("a", 1), ("b", 2)):
            answer = await app.ask(
                "POST",
                "/api/v1/statuses",
                {"status": "once"},
                headers=[("idempotency-key", key)],
            )
            assert answer.status == 200
            assert len(store.timeline(TimelineQuery())) == count


async def test_letters_and_appointments_are_refused(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        for more in ({"visibility": "private"}, {"visibility": "direct"}, {"scheduled_at": "x"}):
            assert await app.refused("POST", "/api/v1/statuses", {"status": "x"} | more) == 422
        for form in ({}, {"status": "x" * 20_000}, {"status": "x", "in_reply_to_id": "99"}):
            assert await app.refused("POST", "/api/v1/statuses", form) in (404, 422)
        assert store.timeline(TimelineQuery()) == []


async def test_json_and_booleans_as_apps_send_them(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        body = json.dumps(
            {
                "status": "Tea?",
                "poll": {"options": ["yes", "no"], "expires_in": 3600, "multiple": 1},
            }
        ).encode()
        headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("authorization", f"Bearer {app.token}"),
        ]
        answer = await app.at.ask("POST", "/api/v1/statuses", headers, body, app.host)
        made = json.loads(answer.body)
        assert made["poll"]["multiple"]
        voted = await app.post(
            f"/api/v1/polls/{made['id']}/votes", [("choices[]", "0"), ("choices[]", "1")]
        )
        assert voted["own_votes"] == [0, 1]
        assert voted["voters_count"] == 1
        assert (
            await app.refused("POST", f"/api/v1/polls/{made['id']}/votes", {"choices[]": 7}) == 422
        )


async def test_what_others_do_is_counted_and_own_marks_are_known(home: Home, store: Store) -> None:
    anna = Friend(store, "anna", "anna")
    [post, poll] = anna.says(Post("A walk"), Poll("Which?", ("a", "b")))
    anna.says(React(post.reference, "🌊"), Repost(poll.reference))
    async with app_of(home, store) as app:
        path = f"/api/v1/statuses/{post.arrival}"
        assert (await app.get(path))["favourites_count"] == 1
        assert (await app.post(f"{path}/favourite"))["favourited"]
        assert [one["id"] for one in await app.get("/api/v1/favourites")] == [str(post.arrival)]
        assert len(await app.get(f"{path}/favourited_by")) == 2
        undone = await app.post(f"{path}/unfavourite")
        assert (undone["favourited"], undone["favourites_count"]) == (False, 1)
        assert not (await app.post(f"{path}/unfavourite"))["favourited"]  # nothing to take back
        repost = await app.post(f"{path}/reblog")
        assert repost["reblog"]["id"] == str(post.arrival)
        assert repost["reblog"]["reblogged"]
        assert (await app.post(f"{path}/reblog"))["id"] == repost["id"]
        assert not (await app.post(f"{path}/unreblog"))["reblogged"]
        assert (await app.post(f"{path}/bookmark"))["bookmarked"]
        assert [one["id"] for one in await app.get("/api/v1/bookmarks")] == [str(post.arrival)]
        home_page = await app.get("/api/v1/timelines/home")
        shown = [one["reblog"]["id"] for one in home_page if one["reblog"]]
        assert shown == [str(poll.arrival)]


async def test_a_fold_is_a_filter_that_warns_and_hidden_is_not_there(
    home: Home, store: Store
) -> None:
    home.filters.write_text(
        '[[rule]]\naction = "fold"\nwords = ["lottery"]\nname = "money"\n'
        '[[rule]]\naction = "hide"\nwords = ["casino"]\n'
    )
    home.filters.chmod(0o600)
    Friend(store, "anna").says(Post("a lottery"), Post("a casino"), Post("a walk"))
    async with app_of(home, store) as app:
        walk, lottery = await app.get("/api/v1/timelines/home")
        assert walk["filtered"] == []
        assert lottery["filtered"][0]["filter"]["title"] == "money"


async def test_an_edit_elsewhere_is_seen(home: Home, store: Store, author: Author) -> None:
    made = publish_post(store, author, Draft("first"))
    edit(store, author, id_text(made.id), EditDraft("second"))
    async with app_of(home, store) as app:
        [status] = await app.get("/api/v1/timelines/home")
        assert status["content"] == "<p>second</p>"
        me = await app.get("/api/v1/accounts/verify_credentials")
        assert me["fields"][0]["value"] == key_text(made.account)


async def test_no_more_of_a_long_conversation_is_read_than_is_given(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statuses, "MOST_AROUND", 6)
    anna = Friend(store, "anna", "anna")
    [first] = anna.says(Post("first"))
    anna.says(*(Post(f"beside {n}", reply=first.reference) for n in range(20)))
    [middle] = anna.says(Post("middle", reply=first.reference))
    [asked] = anna.says(Post("asked", reply=middle.reference))
    anna.says(*(Post(f"below {n}", reply=asked.reference) for n in range(20)))
    async with app_of(home, store) as app:
        around = await app.get(f"/api/v1/statuses/{asked.arrival}/context")
        assert [one["content"] for one in around["ancestors"]] == ["<p>first</p>", "<p>middle</p>"]
        below = [one["content"] for one in around["descendants"]]
        assert 0 < len(below) <= 4
        assert all(one.startswith("<p>below ") for one in below)

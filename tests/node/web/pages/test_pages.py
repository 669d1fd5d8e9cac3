"""Pages: each of them, with all that can stand in it."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.compose.bookmark import bookmark
from sayso_node.compose.edit import EditDraft, edit
from sayso_node.compose.label import label
from sayso_node.compose.poll import PollDraft, ask, vote
from sayso_node.compose.post import Draft, publish_post
from sayso_node.compose.reaction import react, repost
from sayso_node.compose.retraction import plan_retraction, retract
from sayso_node.filters.edit import add, mute
from sayso_node.home.directory import Home
from sayso_node.labels.subscription import read_uses, subscribe
from sayso_node.web.pages.timeline_page import POSTS
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import (
    Follow,
    Label,
    Poll,
    Post,
    Profile,
    React,
    Reference,
    Repost,
    ViewOffer,
)
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.store import Store

from .html_page import Element
from .neighbour import Neighbour
from .visitor import visiting

PICTURE = Attachment(bytes.fromhex("01551220") + bytes(32), 4000, "image/png", "a “cat”")


class Town:
    """A home in which everything has happened that a page can show."""

    def __init__(self, home: Home, store: Store, author: Author) -> None:
        own = store.own_feed()
        assert own is not None
        self.own = own.account
        mine = publish_post(store, author, Draft("mine, with https://example.org/a?b=c&d"))
        self.mine = id_text(mine.id)
        here = Reference(mine.account, mine.feed, mine.seq, mine.id)
        edit(store, author, self.mine, EditDraft("mine, edited", "a warning"))
        self.ann = ann = Neighbour("ann", store)
        nowhere = Reference(ann.account, ann.feed, 900, bytes(32))
        ann.publish(
            [Profile("Robin (you)", "@robin https://example.org/ <b>"), Follow(own.account)]
        )
        first = ann.says(Post("first <i>words</i>"))
        self.first = id_text(first.id)
        ann.says(Post("an answer", reply=first))
        ann.says(Post("to what is not here", reply=nowhere))
        ann.says(Post("a quote", quote=first))
        ann.says(Post("a quote of what is not here", quote=nowhere))
        self.warned = id_text(ann.says(Post("behind it", warn="warned & <folded>")).id)
        self.picture = id_text(ann.says(Post("", attach=(PICTURE,))).id)
        ann.says(Post("hello", reply=here, mentions=(own.account,), tags=("tag", "häß<")))
        ann.says(Post("from elsewhere", written=10**12, reply_origin="twitter:1<"))
        ann.says(Post("https://\u0430pple.com/ and https://example.org/", lang="en"))
        poll = ann.says(Poll("which <b>?", ("this", "<that>"), many=True))
        self.poll = id_text(poll.id)
        ann.publish([React(here, "<b>"), React(first, "👍"), Repost(here), Repost(nowhere)])
        ann.publish([Label("odd", (here,), (own.account,)), ViewOffer("v", "reactions", None)])
        self.muted = Neighbour("ben", store)
        self.muted.post("of the muted")
        self.folded = id_text(ann.says(Post("a folded word", quote=first)).id)
        self.stranger = Neighbour("cat", store)
        self.stranger.post("nobody follows me")
        store.unfollow(self.stranger.account)
        vote(store, author, self.poll, [2])
        react(store, author, self.first, "❤️")
        repost(store, author, self.first)
        bookmark(store, self.first)
        label(store, author, [key_text(ann.account)], "friend")
        gone = publish_post(store, author, Draft("gone"))
        retract(store, author, plan_retraction(store, [id_text(gone.id)]))
        self.gone = id_text(gone.id)
        asked = Draft("mine?", tags=["x"])
        self.own_poll = id_text(ask(store, author, PollDraft(asked, ["a", "b"], 10**13)).id)
        add(home, {"name": "a <rule>", "action": "fold", "words": ["folded"]}, first=True)
        add(home, {"action": "headers", "tag": ["tag"]}, first=False)
        mute(home, store, self.muted.account, None)
        subscribe(home, store, ann.account, read_uses(["odd=show"]))


@pytest.fixture
def town(home: Home, store: Store, author: Author) -> Town:
    return Town(home, store, author)


def posts_on(page: Element) -> dict[str, Element]:
    """The entries of a page, by the beginning of their id."""
    return {
        one.attributes["id"][1:]: one for one in page.of_class("post") if "id" in one.attributes
    }


@long
async def test_every_page_shows_what_there_is(home: Home, store: Store, town: Town) -> None:
    key = key_text(town.ann.account)
    async with visiting(home, store) as at:
        for path in (
            "/",
            "/?unfiltered=1",
            "/?view=civil",
            "/?tag=tag",
            "/fresh?after=0",
            "/notifications",
            "/notifications?unfiltered=1",
            "/search",
            "/search?q=quote",
            "/bookmarks",
            "/compose",
            f"/compose?reply={town.first}",
            f"/compose?quote={town.warned}",
            "/people",
            f"/people/{key}",
            f"/people/{key_text(town.muted.account)}",
            f"/people/{key_text(town.stranger.account)}",
            f"/people/{key_text(town.own)}",
            "/profile",
            "/filters",
            "/filters/new",
            "/ledger",
            "/labels",
            "/status",
            *(
                f"/entries/{one}{more}"
                for one in (town.mine, town.first, town.poll, town.gone, town.picture, town.folded)
                for more in ("", "/why", "/history", "/reach")
            ),
            f"/entries/{town.mine}/edit",
            f"/entries/{town.mine}/retract",
            f"/entries/{town.gone}/retract",
            f"/entries/{town.own_poll}/edit",
            f"/entries/{town.poll}/tally",
        ):
            await at.get(path)


async def test_the_timeline_says_what_an_entry_is(home: Home, store: Store, town: Town) -> None:
    async with visiting(home, store) as at:
        page = await at.get("/?unfiltered=1")
        posts = posts_on(page)
        first = posts[town.first[:12]]
        assert "first <i>words</i>" in first.text
        assert first.of_class("self-named")[0].text == "“Robin (you)”"
        assert not first.of_class("petname")
        warned = next(posts[town.warned[:12]].all("details"))
        assert "warned & <folded>" in next(warned.all("summary")).text
        assert "open" not in warned.attributes
        picture = posts[town.picture[:12]]
        assert not list(picture.all("img"))
        fetch = next(one for one in picture.all("button") if one.text == "Fetch")
        assert fetch.attributes["formaction"].endswith("/fetch")
        poll = posts[town.poll[:12]].of_class("poll")[0]
        checked = [
            one.attributes["value"] for one in poll.all("input") if "checked" in one.attributes
        ]
        assert checked == ["2"]
        assert [one.attributes["value"] for one in poll.all("progress")] == ["0", "100"]
        assert posts[town.mine[:12]].of_class("petname")[0].text != ""
        assert "not here" in page.text and "of the muted" in page.text
        plain = await at.get("/")
        assert "of the muted" not in plain.text
        folded = next(posts_on(plain)[town.folded[:12]].all("details"))
        assert "a <rule>" in next(folded.all("summary")).text


async def test_a_link_shows_where_it_leads(home: Home, store: Store, town: Town) -> None:
    async with visiting(home, store) as at:
        page = await at.get(f"/people/{key_text(town.ann.account)}")
        links = {
            one.attributes["href"]: one
            for one in page.all("a")
            if one.attributes["href"].startswith("http")
        }
        alike = links["https://xn--pple-43d.com/"]
        assert next(alike.all("b")).text == "xn--pple-43d.com"
        assert next(links["https://example.org/"].all("b")).text == "example.org"


async def test_pages_ask_for_a_session(home: Home, store: Store, town: Town) -> None:
    async with visiting(home, store) as at:
        for path in ("/", "/live", "/alive", "/status", f"/entries/{town.mine}", "/fresh?after=0"):
            answer = await at.site.ask("GET", path)
            assert answer.status == 401 and "mine" not in answer.text, path
        answer = await at.site.ask("POST", "/compose", at.site.own, b"text=x")
        assert answer.status == 401


async def test_a_page_can_ask_whether_its_forms_are_taken(home: Home, store: Store) -> None:
    async with visiting(home, store) as at:
        page = await at.get("/compose")
        [token] = {
            one.attributes["value"] for one in page.all() if one.attributes.get("name") == "csrf"
        }
        answer = await at.site.ask("GET", "/alive", [at._cookie])
        assert (answer.status, answer.text) == (200, token)
        assert answer.headers["cache-control"] == "no-store"


async def test_bookmarks_have_pages(home: Home, store: Store, author: Author) -> None:
    made = [publish_post(store, author, Draft(f"number {n}")) for n in range(POSTS + 3)]
    for one in made:
        bookmark(store, id_text(one.id))
    async with visiting(home, store) as at:
        page = await at.get("/bookmarks")
        assert len(posts_on(page)) == POSTS and f"number {POSTS + 2}" in page.text
        older = await at.get(f"/bookmarks?from={POSTS}")
        assert len(posts_on(older)) == 3 and "number 0" in older.text
        assert not posts_on(page).keys() & posts_on(older).keys()
        assert [
            one.attributes["href"] for one in page.all("a") if one.attributes.get("rel") == "next"
        ] == [f"/bookmarks?from={POSTS}"]
        assert "There are no more." in (await at.get("/bookmarks?from=999999")).text
        await at.get("/bookmarks?from=-1")


async def test_what_is_not_there_has_a_page(home: Home, store: Store, town: Town) -> None:
    async with visiting(home, store) as at:
        for path in (
            "/entries/0123456789",
            "/people/nobody12",
            "/entries/..%2f/why",
        ):
            await at.get(path, 404)
        assert (await at.site.ask("GET", "/entries/%00", [at._cookie])).status == 400
        for path in ("/?before=x", "/?before=1.2", "/fresh", "/fresh?after=-1", "/?view=x%00"):
            assert (await at.site.ask("GET", path, [at._cookie])).status in (404, 422), path


async def test_no_page_is_broken_by_rules_with_mistakes(
    home: Home, store: Store, town: Town
) -> None:
    async with visiting(home, store) as at:
        home.filters.write_text("[[rule]]\naction = 'nonsense'\n", encoding="utf-8")
        page = await at.get("/", 422)
        assert "mistake" in page.text
        assert "has mistakes" in (await at.get("/filters")).text
        await at.get("/?unfiltered=1")


def live_text(page: Element) -> str:
    """What a page says of the last act."""
    return page.of_class("said")[0].text.strip()


async def test_what_was_done_is_said_once_by_its_key(home: Home, store: Store, town: Town) -> None:
    async with visiting(home, store) as at:
        assert live_text(await at.get("/?said=posted")) == "It is posted."
        assert live_text(await at.get("/?said=<b>x")) == ""


async def test_what_no_peer_has_cannot_be_fetched(home: Home, store: Store, town: Town) -> None:
    async with visiting(home, store) as at:
        page = await at.get("/")
        [button] = [one for one in page.all("button") if one.text == "Fetch"]
        page = await at.fail(button.attributes["formaction"])
        assert page.of_class("words")
        await at.fail("/blobs/nonsense/fetch", status=404)

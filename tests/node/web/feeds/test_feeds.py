"""Feeds from the real server: the form of each, whose they are, and text of every kind."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from tests.node.web.apps import Friend
from tests.node.web.serving import Served, served

from sayso_node.accounts.author import Author
from sayso_node.compose.post import Draft, publish_post
from sayso_node.home.directory import Home
from sayso_node.web.feeds.atom import atom, opml
from sayso_node.web.feeds.feed import Feed, FeedEntry, plain, plain_line
from sayso_node.web.feeds.json_feed import json_feed
from sayso_node.web.feeds.tokens import MAX_TOKENS, FeedTokens
from sayso_protocol.content.body import Post, Profile, Repost
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

ENTRY_CHILDREN = {
    "id": (1, 1), "title": (1, 1), "updated": (1, 1), "published": (0, 1), "author": (1, 99),
    "content": (0, 1), "link": (1, 99), "category": (0, 99),
}  # fmt: skip
FEED_CHILDREN = {
    "id": (1, 1), "title": (1, 1), "updated": (1, 1), "author": (0, 99), "link": (1, 99),
    "generator": (0, 1), "entry": (0, 999),
}  # fmt: skip


def check_atom(data: bytes) -> ElementTree.Element:
    """The rules of RFC 4287, sections 3 and 4, for what is written here."""
    root = ElementTree.fromstring(data)
    assert root.tag == f"{ATOM}feed"
    _check_children(root, FEED_CHILDREN)
    assert _relations(root).count("self") == 1
    for entry in root.findall(f"{ATOM}entry"):
        _check_children(entry, ENTRY_CHILDREN)
        assert _relations(entry).count("alternate") == 1
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "text"
        assert not len(content)
    for one in root.iter():
        assert one.tag.startswith(ATOM)
        name = one.tag.removeprefix(ATOM)
        if name in ("updated", "published"):
            assert TIME.fullmatch(one.text or "")
        if name == "author":
            assert one.findtext(f"{ATOM}name")
        if name == "category":
            assert "term" in one.attrib
        if name == "link":
            assert one.get("href")
            assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", one.get("type", ""))
    ids = [one.findtext(f"{ATOM}id") for one in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return root


def _check_children(parent: ElementTree.Element, allowed: dict[str, tuple[int, int]]) -> None:
    names = [one.tag.removeprefix(ATOM) for one in parent]
    assert set(names) <= allowed.keys()
    for name, (least, most) in allowed.items():
        assert least <= names.count(name) <= most, name


def _relations(parent: ElementTree.Element) -> list[str | None]:
    return [one.get("rel") for one in parent.findall(f"{ATOM}link")]


def _texts(root: ElementTree.Element) -> list[str | None]:
    return [one.findtext(f"{ATOM}content") for one in root.findall(f"{ATOM}entry")]


def _say(home: Home, store: Store, *texts: str) -> None:
    author = Author(home, store)
    for text in texts:
        publish_post(store, author, Draft(text))


async def _get(at: Served, path: str, *headers: tuple[str, str]) -> tuple[int, bytes, str]:
    host = f"127.0.0.1:{at.site.port}"
    answer = await at.ask("GET", path, headers, host=host)
    return answer.status, answer.body, answer.headers.get("etag", "")


async def test_the_timeline_an_account_a_tag_and_a_search(home: Home, store: Store) -> None:
    _say(home, store, "first <b>&amp;\u202e", "second #tea")
    author = store.own_feed()
    assert author is not None
    async with served(home, store) as at:
        token = FeedTokens(home).make()
        base = f"/feeds/{token}"
        status, body, _ = await _get(at, f"{base}/timeline.atom")
        assert status == 200
        texts = _texts(check_atom(body))
        assert texts[0] == "second #tea"
        assert texts[1] is not None
        assert texts[1].startswith("first <b>&amp;")
        assert "\u202e" not in texts[1]
        _, body, _ = await _get(at, f"{base}/timeline.json")
        found = json.loads(body)
        assert found["version"] == "https://jsonfeed.org/version/1.1"
        assert [one["content_text"] for one in found["items"]] == texts
        for path in ("tag/tea", "tag/%23tea", "search"):
            _, body, _ = await _get(at, f"{base}/{path}.atom?q=second")
            assert _texts(check_atom(body)) == ["second #tea"], path
        _, body, _ = await _get(at, f"{base}/account/{key_text(author.account)}.json")
        assert len(json.loads(body)["items"]) == 2
        assert (await _get(at, f"{base}/account/nobody.atom"))[0] == 404
        assert (await _get(at, f"{base}/search.atom?q="))[0] == 400
        assert (await _get(at, f"{base}/timeline.rss"))[0] == 404
        status, body, _ = await _get(at, f"{base}/following.opml")
        assert (status, ElementTree.fromstring(body).tag) == (200, "opml")


async def test_no_name_that_a_stranger_chose_passes_for_the_owners(
    home: Home, store: Store
) -> None:
    friend = Friend(store, "kim", "kim")
    stranger = Friend(store, "eve")
    friend.says(Profile("Kim Jones"), Post("from kim"))
    [_, post] = stranger.says(Profile("@kim”"), Post("from eve"))
    friend.says(Repost(post.reference))
    named = f"“@kim'” {key_text(stranger.account)[:12]}"
    async with served(home, store) as at:
        base = f"/feeds/{FeedTokens(home).make()}"
        _, body, _ = await _get(at, f"{base}/timeline.json")
        found = {
            one["content_text"]: one["authors"][0]["name"] for one in json.loads(body)["items"]
        }
        assert found == {"from kim": "@kim", "from eve": named, f"{named}:\nfrom eve": "@kim"}
        root = check_atom((await _get(at, f"{base}/timeline.atom"))[1])
        names = {one.findtext(f"{ATOM}name") for one in root.iter(f"{ATOM}author")}
        assert names == {"sayso", "@kim", named}
        outlines = ElementTree.fromstring((await _get(at, f"{base}/following.opml"))[1])
        assert {one.get("text") for one in outlines.iter("outline")} == {"@kim", named}


async def test_who_has_a_feed_is_not_sent_it_again(home: Home, store: Store) -> None:
    _say(home, store, "one")
    async with served(home, store) as at:
        path = f"/feeds/{FeedTokens(home).make()}/timeline.atom"
        status, _, etag = await _get(at, path)
        assert status == 200
        assert (await _get(at, path, ("if-none-match", etag)))[:2] == (304, b"")
        await at.context.write(_say, home, store, "two")
        assert (await _get(at, path, ("if-none-match", etag)))[0] == 200


async def test_a_token_opens_feeds_alone_and_ends(home: Home, store: Store) -> None:
    tokens = FeedTokens(home)
    async with served(home, store) as at:
        token = tokens.make()
        assert home.feed_tokens.stat().st_mode & 0o777 == 0o600
        assert token not in home.feed_tokens.read_text()
        path = f"/feeds/{token}/timeline.atom"
        assert (await _get(at, path))[0] == 200
        assert (await _get(at, "/feeds/wrong/timeline.atom"))[0] == 403
        assert (await _get(at, "/", ("authorization", f"Bearer {token}")))[0] == 401
        assert tokens.end_all() == 1
        assert (await _get(at, path))[0] == 403
        made = [tokens.make() for _ in range(MAX_TOKENS + 1)]
        assert [tokens.knows(one) for one in made] == [False, *[True] * MAX_TOKENS]


def _feed_of(text: str) -> Feed:
    entry = FeedEntry(
        id="sayso:x", address="http://x/", title=plain_line(text), text=plain(text),
        author=plain_line(text) or "x", author_id="did:key:x", author_address="http://x/",
        published="2026-01-01T00:00:00.000Z", updated="2026-01-01T00:00:00.000Z",
        tags=(plain_line(text),), enclosures=(),
    )  # fmt: skip
    return Feed(plain_line(text), "http://x/f", "http://x/", (entry,))


@pytest.mark.parametrize("start", range(0, 0x11000, 0x1000))
def test_every_code_point_of_the_first_plane_is_well_formed(start: int) -> None:
    text = "a".join(map(chr, range(start, start + 0x1000)))
    text = text.encode("utf-8", "replace").decode()
    feed = _feed_of(text)
    assert "\r" not in feed.entries[0].text
    root = check_atom(atom(feed))
    assert _texts(root) == [feed.entries[0].text]
    assert json.loads(json_feed(feed))["items"][0]["content_text"] == feed.entries[0].text
    ElementTree.fromstring(opml(feed.title, [(feed.title, "http://x/?a=1&b=2")]))


@pytest.mark.long
def test_every_code_point_is_well_formed() -> None:
    for start in range(0, 0x110000, 0x1000):
        text = "".join(map(chr, range(start, start + 0x1000)))
        text = text.encode("utf-8", "replace").decode()
        check_atom(atom(_feed_of(text)))

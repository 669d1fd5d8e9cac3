"""Forms: what each does, what it says where it cannot, and what it keeps of what was typed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import trio
import trio.lowlevel

from sayso_node.accounts.author import Author
from sayso_node.compose.post import Draft, publish_post
from sayso_node.entries.item import Item
from sayso_node.filters import trial
from sayso_node.filters.edit import mutes_and_blocks
from sayso_node.filters.file import load_rules
from sayso_node.home.directory import Home
from sayso_node.text.language import catalogue_of
from sayso_node.timeline.reader import TimelineReader, TimelineRequest
from sayso_node.web import form as form_module
from sayso_node.web.context import WebContext
from sayso_node.web.pages.entries import compose_pages
from sayso_node.web.pages.visit import is_own_page
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import speaking
from sayso_storage.interface.store import Store, StoreError, StoreFull

from .html_page import Element, read_page
from .neighbour import Neighbour
from .visitor import Visitor, visiting


@pytest.fixture
def ann(store: Store) -> Neighbour:
    return Neighbour("ann", store)


def newest(home: Home, store: Store) -> Item:
    return next(TimelineReader(store, home, unfiltered=True).timeline(TimelineRequest(1)))


def typed(page: Element, name: str) -> str:
    """What a field of a page holds."""
    for one in page.all():
        if one.attributes.get("name") == name:
            return (
                one.text.removeprefix("\n") if one.name == "textarea" else one.attributes["value"]
            )
    raise AssertionError(name)


def mistake(page: Element) -> str:
    """What a page says of a mistake, at the field that it is about."""
    [found] = [one for one in page.all() if one.attributes.get("id") == "mistake"]
    assert found.attributes["role"] == "alert"
    return found.text


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("lang", [("lang", "not a language")]),
        ("tags", [("tags", "x" * 500)]),
        ("warn", [("warn", "x" * 5000)]),
        ("option", [("option", "same"), ("option", "same")]),
        ("text", [("text", "")]),
    ],
)
async def test_a_mistake_stands_at_its_field_in_every_language(
    home: Home, store: Store, field: str, values: list[tuple[str, str]]
) -> None:
    with speaking(catalogue_of("fr")):
        async with visiting(home, store) as at:
            page = await at.fail("/compose", *(("text", "un"), *values)[field == "text" :])
    [wrong] = [
        one
        for one in page.all()
        if one.attributes.get("name") and one.attributes.get("aria-invalid") == "true"
    ][:1]
    assert wrong.attributes["name"] == field
    assert mistake(page)


async def test_a_post_an_answer_and_a_quote(home: Home, store: Store) -> None:
    async with visiting(home, store) as at:
        where = await at.do("/compose", ("text", "one\r\ntwo"), ("tags", "a, b"), ("lang", "en"))
        assert where.startswith("/?said=posted#e")
        first = newest(home, store)
        assert first.post is not None
        assert (first.text, first.post.tags, first.post.lang) == ("one\ntwo", ("a", "b"), "en")
        await at.do("/compose", ("text", "an answer"), ("reply", first.id), ("warn", "w"))
        answer = newest(home, store)
        assert answer.answered is not None and answer.answered.id == first.id
        assert answer.post is not None and answer.post.warn == "w"
        await at.do("/compose", ("text", "a quote"), ("quote", first.id))
        quote = newest(home, store)
        assert quote.quoted is not None and quote.quoted.id == first.id


async def test_a_mistake_stands_at_its_field_and_keeps_what_was_typed(
    home: Home, store: Store
) -> None:
    async with visiting(home, store) as at:
        page = await at.fail("/compose", ("text", " "), ("warn", "kept <b>"))
        assert "nothing is written" in mistake(page)
        assert typed(page, "warn") == "kept <b>"
        page = await at.fail("/compose", ("text", "kept"), ("lang", "English!"))
        assert typed(page, "text") == "kept" and typed(page, "lang") == "English!"
        field = next(one for one in page.all("input") if one.attributes.get("name") == "lang")
        assert field.attributes["aria-invalid"] == "true"
        page = await at.fail("/compose", ("text", "which?"), ("option", "same"), ("option", "same"))
        assert [
            one.attributes["value"]
            for one in page.all("input")
            if one.attributes.get("name") == "option"
        ][:2] == ["same", "same"]
        page = await at.fail("/compose", ("text", "long " * 8000))
        assert "too long" in mistake(page)
        assert len(typed(page, "text")) == 40_000
        await at.fail("/compose", ("text", "x"), ("reply", "0123456789"), status=422)


async def test_a_poll_and_votes(home: Home, store: Store) -> None:
    async with visiting(home, store) as at:
        form = [("text", "which?"), ("option", "this"), ("option", ""), ("option", "that")]
        page = await at.send("/compose", *form, ("more", "1"))
        assert page.status == 200 and page.text.count('name="option"') > 4
        await at.do("/compose", *form, ("ends", "1d"), ("many", "1"))
        poll = newest(home, store)
        assert poll.poll is not None and poll.poll.poll.options == ("this", "that")
        assert poll.poll.poll.many and poll.poll.poll.end is not None
        page = await at.fail(f"/entries/{poll.id}/vote")
        assert "Choose one of the options" in page.text
        await at.do(f"/entries/{poll.id}/vote", ("choice", "2"), ("choice", "1"))
        assert newest(home, store).poll is not None
        [shown] = [
            one for one in TimelineReader(store, home).timeline(TimelineRequest(9)) if one.poll
        ]
        assert shown.poll is not None and shown.poll.own == (0, 1)
        await at.fail(f"/entries/{poll.id}/vote", ("choice", "3"))
        await at.fail(f"/entries/{poll.id}/vote", ("choice", "x"))
        await at.do(f"/entries/{poll.id}/vote", ("undo", "1"))


async def test_reactions_reposts_and_bookmarks_can_be_taken_back(
    home: Home, store: Store, ann: Neighbour
) -> None:
    of = ann.says(Post("hers")).id.hex()
    async with visiting(home, store) as at:

        async def buttons(path: str = "/") -> list[str]:
            page = await at.get(path)
            [post] = [one for one in page.of_class("post") if one.attributes["id"] == f"e{of[:12]}"]
            return [one.text.strip().rstrip("1 ") for one in post.all("button")]

        assert await at.do(f"/entries/{of}/react", ("emoji", "🦀"), ("back", "/?tag=x")) == (
            f"/?tag=x&said=reacted#e{of[:12]}"
        )
        again = await at.do(f"/entries/{of}/react", ("emoji", "🦀"))
        assert "said=nothing-new" in again
        await at.do(f"/entries/{of}/repost")
        await at.do(f"/entries/{of}/bookmark")
        assert {"Take back", "Undo repost", "Remove bookmark"} <= set(
            await buttons(f"/entries/{of}")
        )
        assert "hers" in (await at.get("/bookmarks")).text
        for act in ("react", "repost", "bookmark"):
            await at.do(f"/entries/{of}/{act}", ("undo", "1"))
        assert not {"Take back", "Undo repost", "Remove bookmark"} & set(await buttons())
        await at.fail(f"/entries/{of}/react", ("undo", "1"))
        await at.fail(f"/entries/{of}/react", ("emoji", "x" * 200))


async def test_an_entry_is_labelled_and_the_label_taken_back(
    home: Home, store: Store, ann: Neighbour
) -> None:
    of = ann.says(Post("hers")).id.hex()
    async with visiting(home, store) as at:
        assert "said=labelled" in await at.do(f"/entries/{of}/label", ("label", "spam"))
        assert "said=nothing-new" in await at.do(f"/entries/{of}/label", ("label", "spam"))
        page = await at.get(f"/entries/{of}")
        shown = [one.text for one in page.all("li") if "Take back" in one.text]
        assert len(shown) == 1 and "spam" in shown[0]
        gone = (("label", "spam"), ("undo", "1"))
        assert "said=unlabelled" in await at.do(f"/entries/{of}/label", *gone)
        assert not [one for one in (await at.get(f"/entries/{of}")).all("li") if "spam" in one.text]
        await at.fail(f"/entries/{of}/label", *gone)
        await at.fail(f"/entries/{of}/label", ("label", " "))
        await at.fail(f"/entries/{of}/label", ("label", "no such name!" * 20))


@pytest.mark.parametrize("name", ["\ufe0f", "می\u200cخواهم", '"><b>', "a  b"])
async def test_any_label_is_taken_back_by_its_button(
    home: Home, store: Store, ann: Neighbour, name: str
) -> None:
    """The form sends the label itself, and not what is safe to see of it."""
    of = ann.says(Post("hers")).id.hex()
    async with visiting(home, store) as at:
        await at.do(f"/entries/{of}/label", ("label", name))
        page = await at.get(f"/entries/{of}")
        [sent] = [
            one.attributes["value"]
            for one in page.all("input")
            if one.attributes.get("name") == "label" and "value" in one.attributes
        ]
        gone = (("label", sent), ("undo", "1"))
        assert "said=unlabelled" in await at.do(f"/entries/{of}/label", *gone)


async def test_an_edit_and_its_history(home: Home, store: Store, ann: Neighbour) -> None:
    async with visiting(home, store) as at:
        await at.do("/compose", ("text", "a word"), ("warn", "w"))
        of = newest(home, store).id
        page = await at.get(f"/entries/{of}/edit")
        assert (typed(page, "text"), typed(page, "warn")) == ("a word", "w")
        page = await at.fail(f"/entries/{of}/edit", ("text", ""), ("warn", "kept"))
        assert typed(page, "warn") == "kept"
        await at.do(f"/entries/{of}/edit", ("text", "another word"), ("warn", ""))
        item = newest(home, store)
        assert item.post is not None
        assert (item.id, item.text, item.post.warn) == (of, "another word", None)
        page = await at.get(f"/entries/{of}/history")
        assert [one.text for one in page.all("ins")] == ["another"]
        assert [one.text for one in page.all("del")] == ["a"]
        hers = ann.says(Post("hers")).id.hex()
        await at.get(f"/entries/{hers}/edit", 422)


async def test_a_retraction_asks_first(home: Home, store: Store, ann: Neighbour) -> None:
    async with visiting(home, store) as at:
        await at.do("/compose", ("text", "a slip"))
        of = newest(home, store).id
        page = await at.get(f"/entries/{of}/retract")
        assert "a slip" in page.text and "cannot be undone" in page.text
        assert newest(home, store).text == "a slip"
        assert await at.do(f"/entries/{of}/retract") == "/?said=taken-back"
        assert "a slip" not in (await at.get("/")).text
        assert await at.do(f"/entries/{of}/retract") == "/?said=nothing-new"
        hers = ann.says(Post("hers")).id.hex()
        await at.fail(f"/entries/{hers}/retract")


async def test_people(home: Home, store: Store, ann: Neighbour) -> None:
    key = key_text(ann.account)
    store.unfollow(ann.account)
    async with visiting(home, store) as at:
        page = await at.fail("/people", ("key", "nonsense"), ("petname", "ann"))
        assert typed(page, "petname") == "ann" and mistake(page)
        await at.do("/people", ("key", key), ("petname", "ann"))
        page = await at.get(f"/people/{key}")
        assert next(page.all("h1")).text == "@ann"
        await at.do(f"/people/{key}/follow", ("petname", "anna"))
        assert next((await at.get(f"/people/{key}")).all("h1")).text == "@anna"
        await at.do(f"/people/{key}/mute", ("lasts", "1d"))
        assert mutes_and_blocks(home, 0) == {key: "mute"}
        assert "(muted)" in (await at.get("/people")).text
        await at.do(f"/people/{key}/unmute")
        await at.do(f"/people/{key}/block")
        assert mutes_and_blocks(home, 0) == {key: "block"}
        await at.do(f"/people/{key}/unblock")
        await at.do(f"/people/{key}/unfollow")
        await at.fail(f"/people/{key}/unfollow", status=404)
        await at.do("/profile", ("name", "Robin R."), ("bio", "a\r\nb"))
        page = await at.get("/profile")
        assert (typed(page, "name"), typed(page, "bio")) == ("Robin R.", "a\nb")
        await at.fail("/profile", ("name", "x" * 5000))


async def test_a_rule_is_shown_before_it_is_added(
    home: Home, store: Store, ann: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.post("about cheese", "about bread", "more cheese")
    rule: Sequence[tuple[str, str]] = [
        ("action", "hide"),
        ("words", "cheese"),
        ("because", "<smell>"),
    ]
    async with visiting(home, store) as at:
        page = await at.fail("/filters/preview", ("action", "hide"))
        assert "one condition" in page.text
        answer = await at.send("/filters/preview", *rule)
        page = at._read(answer)
        effect = page.of_class("effect")[0].text
        assert "2 more would be hidden" in effect and "Of 3 posts." in effect
        assert "All that is here was looked at." in effect
        with monkeypatch.context() as patch:
            patch.setattr(trial, "LOOKED_AT", 1)
            short = (await at.send("/filters/preview", *rule)).text
        assert "newest 1 of " in short and "arrivals were looked at" in short
        assert len(page.of_class("post")) == 2
        assert typed(page, "words") == "cheese" and not home.filters.exists()
        assert await at.do("/filters", *rule) == "/filters?said=rule-added"
        assert [one.because for one in load_rules(home).rules] == ["<smell>"]
        timeline = await at.get("/")
        assert "bread" in timeline.text and "cheese" not in timeline.text
        page = await at.get("/ledger")
        assert len(page.of_class("post")) == 2 and "<smell>" in page.text
        of = page.of_class("post")[0].attributes["id"][1:]
        page = await at.get(f"/entries/{of}/why")
        assert page.of_class("outcome")[0].text.startswith("It is hidden by")
        title = load_rules(home).rules[0].title
        await at.fail("/ledger/undo", ("rule", "1 another"))
        await at.do("/ledger/undo", ("rule", f"1 {title}"))
        assert not load_rules(home).rules
        await at.do("/filters", ("action", "fold"), ("tag", "#a, b"), ("first", "1"))
        [button] = [one for one in (await at.get("/filters")).all("button") if one.text == "Remove"]
        await at.do("/filters/remove", ("rule", button.attributes["value"]))
        assert not load_rules(home).rules
        await at.fail("/filters/remove", ("rule", button.attributes["value"]))
        for bad in (
            [("action", "x"), ("tag", "a")],
            [("action", "hide"), ("pattern", "(")],
            [("action", "hide"), ("distance", "far")],
            [("action", "hide"), ("older", "soon")],
        ):
            await at.fail("/filters/preview", *bad)
            await at.fail("/filters", *bad)


async def test_labels_can_be_subscribed_to(home: Home, store: Store, ann: Neighbour) -> None:
    key = key_text(ann.account)
    async with visiting(home, store) as at:
        page = await at.fail("/labels", ("key", "nobody"), ("label", "odd"))
        assert typed(page, "label") == "odd"
        await at.do("/labels", ("key", key), ("label", "odd"), ("use", "hide"))
        assert [one.account for one in load_rules(home).labellers] == [key]
        assert "odd" in (await at.get("/labels")).text
        await at.do("/labels/unsubscribe", ("key", key))
        assert not load_rules(home).labellers


async def test_a_form_of_another_page_does_nothing(home: Home, store: Store) -> None:
    async with visiting(home, store) as at:
        answer = await at.send("/compose", ("text", "x"), csrf="0" * 64)
        assert answer.status == 403
        assert not list(TimelineReader(store, home).timeline(TimelineRequest(1)))


async def test_an_act_leads_back_to_this_server_alone(
    home: Home, store: Store, author: Author
) -> None:
    of = publish_post(store, author, Draft("x")).id.hex()
    async with visiting(home, store) as at:
        for back in (
            "//evil.example/",
            "https://evil.example/",
            "/\\evil.example",
            "x",
            "/\r\nx: y",
        ):
            where = await at.do(f"/entries/{of}/bookmark", ("back", back))
            assert where.startswith(f"/entries/{of}?said="), back


@pytest.mark.parametrize("address", ["//x", "/\\x", "\\x", "http:x", "", "x", "/a b", "/é", "/#x"])
def test_what_may_lead_elsewhere_is_no_own_page(address: str) -> None:
    assert not is_own_page(address)


def multipart(fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    """A form with files, as a browser sends it."""
    parts = [
        f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, (file, data) in files.items():
        head = f'--xx\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        parts.append(f"{head}Content-Type: image/png\r\n\r\n".encode() + data + b"\r\n")
    return "multipart/form-data; boundary=xx", b"".join([*parts, b"--xx--\r\n"])


async def upload(
    at: Visitor, files: dict[str, tuple[str, bytes]], **fields: str
) -> tuple[int, str]:
    """Post with files; gives the status and the page."""
    await at.get("/compose")
    kind, body = multipart({"csrf": at._csrf, **fields}, files)
    headers = [*at.site.own, at._cookie, ("content-type", kind)]
    answer = await at.site.ask("POST", "/compose", headers, body)
    return answer.status, answer.text


async def test_a_picture_with_words_for_it(home: Home, store: Store) -> None:
    picture = tiny_png()
    async with visiting(home, store) as at:
        files = {"file1": ("", b""), "file3": ("cat.png", picture)}
        status, _ = await upload(at, files, text="look", alt1="no", alt3="a cat <b>")
        assert status == 303
        item = newest(home, store)
        assert [one.alt for one in item.attachments] == ["a cat <b>"]
        [shown] = (await at.get("/")).all("img")
        assert shown.attributes["alt"] == "a cat <b>"
        answer = await at.site.ask("GET", shown.attributes["src"], [at._cookie])
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")


async def test_a_file_that_is_not_taken_is_named_as_its_owner_knows_it(
    home: Home, store: Store
) -> None:
    async with visiting(home, store) as at:
        status, html = await upload(at, {"file2": ("notes.txt", b"words")}, text="kept", alt2="alt")
        assert status == 422
        assert "notes.txt" in html and "--keep-metadata" not in html and str(home.path) not in html
        assert ">\nkept</textarea>" in html and 'value="alt"' in html
        assert "Choose the files once more" in html
        status, _ = await upload(at, {"file1": ("n.txt", b"words")}, text="kept", keep="1")
        assert status == 303
        page = await at.get("/")
        assert not list(page.all("img")) and "Save this file" in page.text


def tiny_png() -> bytes:
    """A picture of one point."""
    from struct import pack
    from zlib import compress, crc32

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    head = chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", compress(b"\0\0")) + chunk(b"IEND", b"")


async def test_a_page_can_be_left(home: Home, store: Store) -> None:
    async with visiting(home, store) as at:
        assert await at.do("/leave") == "/enter"
        await at.get("/", 401)


async def test_what_came_since_is_given_to_an_open_page(
    home: Home, store: Store, ann: Neighbour
) -> None:
    ann.post("before")
    async with visiting(home, store) as at:
        page = await at.get("/")
        body = next(page.all("body")).attributes
        address = f"{body['data-fresh']}after={body['data-arrival']}"
        ann.publish([Post("one", tags=("t",)), Post("two")])
        fresh = await at.get(address)
        posts = fresh.of_class("post")
        assert ["two" in posts[0].text, "one" in posts[1].text, len(posts)] == [True, True, 2]
        body = next(fresh.all("body")).attributes
        assert (body["data-words"], body["data-more"]) == ("2 new posts", "")
        again = await at.get(f"/fresh?after={body['data-arrival']}")
        assert not again.of_class("post")
        tagged = await at.get(f"{address}&tag=t")
        assert len(tagged.of_class("post")) == 1
        ann.post(*(f"many {n}" for n in range(60)))
        many = next((await at.get(address)).all("body")).attributes
        assert (many["data-words"], many["data-more"]) == ("More than 50 new posts", "1")


async def test_the_stream_tells_what_arrives(home: Home, store: Store, ann: Neighbour) -> None:
    async with visiting(home, store) as at:
        head = f"GET /live HTTP/1.1\r\nHost: {at.site.host}\r\nCookie: {at._cookie[1]}\r\n\r\n"
        async with await at.site.open() as stream:
            await stream.send_all(head.encode())
            with trio.fail_after(60):
                seen = await heard(stream, b"event: arrival")
                assert b"text/event-stream" in seen and b"no-store" in seen
                ann.post("news")
                last = store.last_arrival()
                await heard(stream, f"data: {last}".encode())
            assert at.site.context.live.count == 1
        with trio.fail_after(60):
            while at.site.context.live.count:
                at.site.context.live.wake()
                await trio.lowlevel.checkpoint()
                ann.post("more")


async def heard(stream: trio.SocketStream, wanted: bytes) -> bytes:
    """What a stream gives until something stands in it."""
    found = b""
    while wanted not in found:
        part = await stream.receive_some(4096)
        assert part, found
        found += part
    return found


async def test_what_was_being_written_outlives_the_session(home: Home, store: Store) -> None:
    async with visiting(home, store) as at:
        await at.get("/compose")
        session = at.site.context.sessions.find(at._cookie[1].partition("=")[2])
        assert session is not None
        at.site.context.sessions.end(session)
        page = await at.fail("/compose", ("text", "long thoughts </textarea>"), status=401)
        [kept] = page.all("textarea")
        assert kept.text.strip() == "long thoughts </textarea>"
        assert not list(TimelineReader(store, home).timeline(TimelineRequest(1)))


async def test_what_was_being_written_outlives_a_disk_that_is_full(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreFull("the disk is full")

    monkeypatch.setattr(compose_pages, "publish_post", full)
    async with visiting(home, store) as at:
        page = await at.fail("/compose", ("text", "long thoughts"), status=500)
        assert [one.text.strip() for one in page.all("textarea")] == ["long thoughts"]


async def test_what_was_being_written_outlives_a_form_that_is_not_taken(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_module, "MAX_FILES_SIZE", 10)
    async with visiting(home, store) as at:
        await at.get("/compose")
        part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
        fields = part.format("text", "", "long thoughts")
        fields += part.format("file1", '; filename="x.png"', "x" * 100) + "--b--\r\n"
        kind = ("content-type", "multipart/form-data; boundary=b")
        for cookie, status in ((at._cookie, 413), (("cookie", "none"), 401)):
            every = [*at.site.own, cookie, kind]
            answer = await at.site.ask("POST", "/compose", every, fields.encode())
            assert answer.status == status
            [kept] = read_page(answer.text).all("textarea")
            assert kept.text.strip() == "long thoughts"


async def test_what_is_written_is_done_though_the_node_cannot_be_told(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who hears that it failed writes it a second time."""

    async def deaf(*_: object, **__: object) -> dict[str, object]:
        raise StoreError("the disk is busy")

    async with visiting(home, store) as at:
        await at.get("/compose")
        monkeypatch.setattr(WebContext, "ask", deaf)
        assert "said=posted" in await at.do("/compose", ("text", "once"))
        assert newest(home, store).text == "once"

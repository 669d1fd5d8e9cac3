"""Strings that break software, wherever somebody else chooses one: nothing of them becomes a part
of the page, and all that can be seen of them is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.budget import long
from tests.testdata import data_file

from sayso_node.accounts.names import Name
from sayso_node.accounts.recognition import Known, Recognition
from sayso_node.entries.urls import link_places, with_shown_hosts
from sayso_node.home.directory import Home
from sayso_node.text.sanitize import foreign, foreign_line
from sayso_node.web.pages.foreign_html import line_html, name_html, text_html
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Label, Poll, Post, Profile, React, Reference
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

from .html_page import check_page, read_page
from .neighbour import Neighbour
from .visitor import visiting

RAW = [
    "</div></article><script>window.hit = 1</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    'https://a.example/"onclick="alert(1)',
    "https://user:pass@evil.example/",
    "http://[::1]/ https://1.1.1.1/",
    "\u202egnp.exe\u202c\u2066x",
    "{{ 7 * 7 }} {% raw %} {#",
    "&lt;b&gt; &amp;amp; &#x202e;",
    "]]> <!-- <![CDATA[",
    "\u0000\u001b[31m\r\n\t\x7f",
    "a\u0300" * 50,
    "@baker",
    "“@baker”",
]


def naughty() -> Iterator[str]:
    yield from RAW
    yield from json.loads(data_file("naughty_strings.json").read_text(encoding="utf-8"))


def within(text: str, most: int) -> str:
    """The beginning of a text, of at most so many bytes."""
    return text.encode(errors="replace")[:most].decode(errors="ignore")


def test_every_string_is_only_text() -> None:
    for text in naughty():
        for made in (text_html(text), line_html(text), name_html(Name(None, text, None))):
            page = read_page(str(made))
            check_page(page)
            assert {one.name for one in page.all()} <= {"a", "b", "bdi", "span"}
        shown = read_page(str(text_html(text))).text
        if not any(link_places(text)):
            assert shown == foreign(text)
        assert read_page(str(line_html(text))).text == foreign_line(text)


def test_links_are_what_the_rules_of_links_say() -> None:
    for text in naughty():
        page = read_page(str(text_html(text)))
        assert len(list(page.all("a"))) == len(list(link_places(text))), text
        plain = foreign(with_shown_hosts(text))
        assert page.text.replace(" ", "") == plain.replace(" ", "") or "◌" in page.text


@pytest.mark.parametrize("name", ["baker", "@baker", "baker (you)", "“@baker”", "@baker\u202e"])
def test_no_name_that_a_stranger_chose_looks_like_the_owners(name: str) -> None:
    theirs = read_page(str(name_html(Name(None, name, None))))
    owners = read_page(str(name_html(Name("baker", name, None))))
    assert owners.text == "@baker" and owners.of_class("petname")
    assert not theirs.of_class("petname")
    assert theirs.text.startswith("“") and theirs.text.endswith("”")
    assert not set(theirs.text[1:-1]) & set("“”\u202e")


@long
async def test_pages_full_of_them(home: Home, store: Store) -> None:
    every = [one for one in naughty() if "\0" not in one]
    strings = every[: len(RAW)] + every[len(RAW) :: 2]
    ann = Neighbour("ann", store)
    posts: list[Post | Poll] = []
    for at, text in enumerate(strings):
        short = within(text, 60)
        line = within(foreign_line(short), 60).strip() or "x"
        picture = Attachment(
            bytes.fromhex("01551220") + at.to_bytes(32), 1 + at, "image/png", text[:200]
        )
        posts.append(Post(text or " ", warn=short or None, attach=(picture,)))
        tag = "".join(line.split())
        posts.append(Post(text or " ", tags=(tag,) if tag else (), reply_origin=line))
        posts.append(Poll(text or " ", (f"{line} 1", f"{line} 2")))
    last = Reference(ann.account, ann.feed, 1, bytes(32))
    for start in range(0, len(posts), 100):
        some = posts[start : start + 100]
        run = ann.publish(list(some))
        last = Reference(ann.account, ann.feed, run.last, run.tip)
    async with visiting(home, store) as at:
        shown, path = 0, "/"
        while path:
            page = await at.get(path)
            shown += len(page.of_class("post"))
            older = [one for one in page.all("a") if one.attributes.get("rel") == "next"]
            path = older[0].attributes["href"] if older else ""
        assert shown == len(posts)
        for text in strings[::25]:
            name = within(foreign_line(text), 30).strip() or "x"
            ann.publish(
                [Profile(name, text[:200] or None), React(last, name), Label(name, (last,))]
            )
            await at.get(f"/people/{key_text(ann.account)}")
            await at.get(f"/entries/{last.id.hex()}")


def test_what_stands_beside_a_name_is_no_part_of_it() -> None:
    like = Known(bytes(32), "@<b>ben</b>")
    seen = Recognition(like)
    html = str(name_html(Name(None, "Bеn", None, recognition=seen)))
    assert html.startswith('<bdi class="self-named">“Bеn”</bdi> <small>(looks like @&lt;b&gt;ben')
    assert "looks like" not in str(name_html(Name("baker", "Bеn", None, recognition=seen)))

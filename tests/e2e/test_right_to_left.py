"""The page in a language from right to left: mirrored, nothing pushed out of the window, and the
words of others in the direction that they have."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.budget import long
from tests.pseudo_locale import LANGUAGE, turned

from .browser import Site, checked, chromium
from .support import Home, RunningNode
from .test_page import PAGES

pytestmark = pytest.mark.e2e

NODE = ("--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns", "--no-port-mapping")
IN_HEBREW = [sys.executable, "-m", "tests.pseudo_locale"]
ENGLISH = "written from left to right"
ARABIC = "عندي فاصوليا بيضاء"

BOXES = """selector => [...document.querySelectorAll(selector)].map(one => {
    const box = one.getBoundingClientRect();
    return [box.left, box.right];
})"""
STYLE = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("rtl") / "robin", "Robin")
    first = made("post", ENGLISH)[0]["id"]
    made("post", ARABIC, "--reply", first)
    made("post", "quoting", "--quote", first)
    made("poll", "Which?", "--option", "tea", "--option", "coffee")
    made("filter", "add", "--action", "fold", "--words", "nothing")
    return made


@pytest.fixture(scope="module")
def site(home: Home) -> Iterator[Site]:
    with RunningNode(home, *NODE, "--http", "127.0.0.1:0", command=IN_HEBREW):
        yield Site(home)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@long
def test_the_page_is_mirrored(browser: Any, site: Site) -> None:
    context = site.context(browser, viewport={"width": 800, "height": 900})
    page = context.pages[0]
    document = page.locator("html")
    assert (document.get_attribute("lang"), document.get_attribute("dir")) == (LANGUAGE, "rtl")
    links = page.evaluate(BOXES, "nav li")
    assert links[0][0] > links[1][0] > links[-1][0]
    names = page.evaluate(BOXES, "#posts > article .byline .who")
    edges = page.evaluate(BOXES, "#posts > article")
    assert all(edge[1] - name[1] < 40 for name, edge in zip(names, edges, strict=False))
    acts = page.evaluate(BOXES, "#posts > article:first-child .actions > *")
    assert acts[0][0] > acts[1][0] > acts[-1][0]
    # The edge of what is quoted is on the side where reading begins.
    assert page.evaluate(STYLE, [".quoted", "borderRightWidth"]) == "4px"
    assert page.evaluate(STYLE, [".quoted", "borderLeftWidth"]) == "1px"
    checked(context)


@long
def test_words_of_others_keep_their_direction(browser: Any, site: Site) -> None:
    context = site.context(browser)
    page = context.pages[0]
    for words, direction in ((ENGLISH, "ltr"), (ARABIC, "rtl")):
        text = page.locator("#posts .text", has_text=words).first
        assert text.evaluate("one => getComputedStyle(one).direction") == direction
    page.goto(f"{site.origin}/compose")
    field = page.locator("textarea[name=text]")
    for words, direction in ((ENGLISH, "ltr"), (ARABIC, "rtl")):
        field.fill(words)
        assert field.evaluate("one => getComputedStyle(one).direction") == direction
    assert page.get_by_role("heading", level=1).inner_text() == turned("Write")
    checked(context)


@long
@pytest.mark.parametrize("width", [360, 800])
def test_nothing_is_pushed_out_of_the_window(
    browser: Any, site: Site, home: Home, width: int
) -> None:
    context = site.context(browser, viewport={"width": width, "height": 740})
    page = context.pages[0]
    entry = home("read", "--limit", "1")[0]["id"]
    for path in (*PAGES, f"/entries/{entry}", f"/entries/{entry}/why", f"/people/{home.account}"):
        page.goto(site.origin + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        for menu in page.locator("details.menu summary").all()[:2]:
            menu.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            choices = page.evaluate(BOXES, "details[open] .choices")
            assert all(left >= 0 and right <= width for left, right in choices), path
    checked(context)

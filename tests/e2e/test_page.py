"""The page in a real browser: a stranger's way from the link to a conversation, with script and
without, on a phone, in the dark, in many tabs; and what others wrote stays words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.interop.javascript import packages

from .browser import Site, checked, chromium, page_of, tiny_png
from .support import Home

pytestmark = pytest.mark.e2e

HOSTILE = (
    "</div><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
    " \u202ejavascript:alert(1)\u202c https://\u0430pple.com/ " + "long" * 60
)
PAGES = (
    "/",
    "/?unfiltered=1",
    "/notifications",
    "/search?q=bread",
    "/bookmarks",
    "/compose",
    "/compose?poll=1",
    "/people",
    "/profile",
    "/filters",
    "/filters/new",
    "/ledger",
    "/labels",
    "/status",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("page") / "robin", "Robin")
    (made.path / "media.toml").write_text('[fetch]\nfrom = "nobody"\n', encoding="utf-8")
    made("post", "an older one about #bread")
    made("post", HOSTILE, "--warn", HOSTILE[:60], "--tag", "<b>")
    made("profile", "--bio", HOSTILE)
    return made


@pytest.fixture(scope="module")
def site(browser: Any, home: Home) -> Iterator[Site]:
    with page_of(home) as found:
        yield found


def first_post(page: Any) -> Any:
    return page.locator("#posts > article").first


def press(page: Any, button: Any) -> None:
    """Press a button that sends a form, and wait for the page that comes of it: a script asks first
    whether the node is there."""
    with page.expect_navigation():
        button.click()


def test_a_strangers_way_from_the_link_to_a_conversation(
    browser: Any, site: Site, tmp_path: Path
) -> None:
    context = site.context(browser)
    page = context.pages[0]
    page.get_by_role("link", name="Write").click()
    page.get_by_label("What do you say?").fill("My first post, fresh #cheese")
    page.get_by_text("Pictures, films and other files").click()
    page.get_by_label("File 1").set_input_files(tiny_png(tmp_path / "cheese.png"))
    page.get_by_label("What it shows").first.fill("A yellow cheese")
    press(page, page.get_by_role("button", name="Post", exact=True))
    assert page.get_by_role("status").first.inner_text() == "It is posted."
    picture = page.get_by_alt_text("A yellow cheese")
    picture.wait_for()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 64
    first_post(page).get_by_role("link", name="Reply").click()
    page.get_by_label("What do you say?").fill("An answer")
    page.wait_for_load_state()
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Conversation").wait_for()
    assert page.locator("#posts > article").count() == 2
    page.get_by_role("link", name="Write").click()
    page.get_by_label("What do you say?").fill("Which?")
    page.get_by_text("Make it a poll").click()
    page.get_by_label("Option 1").fill("Brie")
    page.get_by_label("Option 2").fill("Gouda")
    press(page, page.get_by_role("button", name="Post", exact=True))
    first_post(page).get_by_label("Gouda").check()
    press(page, first_post(page).get_by_role("button", name="Vote"))
    assert "(your vote)" in first_post(page).inner_text()
    first_post(page).locator("summary", has_text="React").click()
    press(page, first_post(page).get_by_role("button", name="React with 👍"))
    assert "👍" in first_post(page).inner_text()
    checked(context)


@long
def test_a_rule_shows_its_effect_before_it_is_saved(browser: Any, site: Site, home: Home) -> None:
    friend = Home(home.path.parent / "friend", "Friend")
    friend("post", "praise of liquorice")
    bundle = home.path.parent / "friend.bundle"
    friend("export", str(bundle))
    home("follow", friend.account)
    home("import", str(bundle))
    context = site.context(browser)
    page = context.pages[0]
    page.goto(f"{site.origin}/")
    assert "liquorice" in page.locator("#posts").inner_text()
    page.get_by_role("link", name="Filters").click()
    page.get_by_role("link", name="Make a rule").click()
    page.get_by_label("Words or phrases").fill("liquorice")
    press(page, page.get_by_role("button", name="Show what it would do"))
    effect = page.locator(".effect")
    assert "1 more would be hidden" in effect.inner_text()
    assert "praise of liquorice" in effect.inner_text()
    press(page, page.get_by_role("button", name="Add this rule"))
    page.goto(f"{site.origin}/")
    assert "liquorice" not in page.locator("#posts").inner_text()
    page.goto(f"{site.origin}/ledger")
    page.get_by_role("link", name="Why?").first.click()
    assert "It is hidden by" in page.locator(".outcome").inner_text()
    home("filter", "remove", "1")
    checked(context)


@long
def test_all_of_it_works_without_script(browser: Any, site: Site, tmp_path: Path) -> None:
    context = site.context(
        browser, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = context.pages[0]
    page.get_by_role("link", name="Write").click()
    page.get_by_label("What do you say?").fill("Posted without script")
    page.get_by_text("Pictures, films and other files").click()
    page.get_by_label("File 2").set_input_files(tiny_png(tmp_path / "p.png"))
    page.get_by_label("What it shows").nth(1).fill("A plain picture")
    page.get_by_role("button", name="Post", exact=True).click()
    post = first_post(page)
    assert "Posted without script" in post.inner_text()
    post.locator("summary", has_text="More").click()
    post.get_by_role("button", name="Bookmark").click()
    assert page.get_by_role("status").first.inner_text() == "It is among your bookmarks."
    post = first_post(page)
    post.locator("summary", has_text="More").click()
    post.get_by_role("link", name="Take back…").click()
    page.get_by_role("button", name="Take it back for good").click()
    assert "Posted without script" not in page.locator("#posts").inner_text()
    page.get_by_role("button", name="Close this session").click()
    page.get_by_role("heading", name="Come in").wait_for()
    checked(context)


@long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_scrolling_sideways(browser: Any, site: Site, scheme: str) -> None:
    context = site.context(
        browser, viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True
    )
    page = context.pages[0]
    for path in PAGES:
        page.goto(site.origin + path)
        for menu in page.locator("details.menu summary").all()[:2]:
            menu.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    checked(context)


@long
def test_posts_arrive_by_themselves_in_eight_tabs(browser: Any, site: Site, home: Home) -> None:
    context = site.context(browser)
    tabs = [context.pages[0], *(context.new_page() for _ in range(7))]
    for tab in tabs[1:]:
        tab.goto(f"{site.origin}/")
    home("post", "news for every tab")
    for tab in tabs:
        tab.bring_to_front()
        tab.get_by_role("button", name="1 new post").click()
        assert "news for every tab" in first_post(tab).inner_text()
        assert first_post(tab).evaluate("one => document.activeElement === one")
    tabs[0].close()  # the one that listened: another takes over
    home("post", "more news")
    tabs[1].bring_to_front()
    tabs[1].get_by_role("button", name="1 new post").click()
    page = tabs[1]
    first_post(page).locator("summary", has_text="More").click()
    first_post(page).get_by_role("button", name="Bookmark").click()
    page.get_by_text("It is among your bookmarks.").wait_for()
    checked(context)


@long
def test_a_node_that_has_gone_is_said_and_what_was_typed_is_sent_later(
    browser: Any, tmp_path: Path
) -> None:
    home = Home(tmp_path / "robin", "Robin")
    quiet = ("--no-mdns", "--no-port-mapping", "--http")
    with home.node(*quiet, "127.0.0.1:0"):
        site = Site(home)
        context = site.context(browser)
        timeline, page = context.pages[0], context.new_page()
        page.goto(f"{site.origin}/compose")
        page.get_by_label("What do you say?").fill("typed before the node went")
        timeline.bring_to_front()
    timeline.get_by_text("The node of this page does not answer").wait_for()
    page.bring_to_front()
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_text("The node of this page does not answer").wait_for()
    assert not page.get_by_text("This session has ended").is_visible()
    with home.node(*quiet, f"127.0.0.1:{site.origin.rpartition(':')[2]}"):
        page.get_by_text("This session has ended").wait_for()
        entrance = context.new_page()
        entrance.goto(site.link())
        entrance.wait_for_url(f"{site.origin}/")
        page.bring_to_front()
        page.locator("#gone p").first.wait_for(state="hidden")
        page.locator("#gone p").last.wait_for(state="hidden")
        press(page, page.get_by_role("button", name="Post", exact=True))
        assert "typed before the node went" in first_post(page).inner_text()
        # The one with the stream has found the node again.
        home("post", "after all that")
        timeline.bring_to_front()
        timeline.get_by_role("button", name="new post").wait_for()
        context.close()


@long
def test_what_others_wrote_runs_nothing(browser: Any, site: Site, home: Home) -> None:
    context = site.context(browser)
    page = context.pages[0]
    for path in (*PAGES, f"/people/{home.account}"):
        page.goto(site.origin + path)
        for one in page.locator("details").all()[:40]:
            one.evaluate("one => { one.open = true; }")
        assert page.evaluate("window.hit") is None, path
        assert page.locator("main script, main img[src=x]").count() == 0, path
    refused = page.evaluate("""() => {
        try {
            document.body.innerHTML = "<b>x</b>";
            return "";
        } catch (error) {
            return error.name;
        }
    }""")
    assert refused == "TypeError"
    context.troubles = [one for one in context.troubles if "TrustedHTML" not in one]
    checked(context)


@long
def test_the_keyboard_is_enough(browser: Any, site: Site) -> None:
    context = site.context(browser)
    page = context.pages[0]
    page.goto(f"{site.origin}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    summary = first_post(page).locator("summary", has_text="More")
    summary.focus()
    page.keyboard.press("Enter")
    first_post(page).get_by_role("link", name="Quote").wait_for()
    page.keyboard.press("Escape")
    assert not first_post(page).locator("details[open]").count()
    assert summary.evaluate("one => document.activeElement === one")
    checked(context)


@long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_obstacle(browser: Any, site: Site, home: Home, scheme: str) -> None:
    axe = packages(Path(__file__).parent / "axe") / "node_modules" / "axe-core" / "axe.min.js"
    context = site.context(browser, color_scheme=scheme, viewport={"width": 800, "height": 900})
    page = context.pages[0]
    debugger = context.new_cdp_session(page)
    every = home("read", "--limit", "3")
    entries = [
        f"/entries/{one['id']}{more}" for one in every[:1] for more in ("", "/why", "/retract")
    ]
    wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    for path in (*PAGES, *entries, f"/people/{home.account}", "/entries/0123456789"):
        page.goto(site.origin + path)
        page.evaluate(
            "document.querySelectorAll('details').forEach(one => { one.open = !one.name; })"
        )
        debugger.send("Runtime.evaluate", {"expression": axe.read_text(encoding="utf-8")})
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", wanted)
        said = [
            (one["id"], node["html"], node["failureSummary"])
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert not said, (path, said[:5])
    context.troubles = [one for one in context.troubles if "404" not in one]
    checked(context)


@long
def test_a_friends_posts_arrive_and_a_picture_is_fetched_on_demand(
    browser: Any, site: Site, tmp_path: Path
) -> None:
    friend = Home(tmp_path / "baker", "Baker")
    picture = str(tiny_png(tmp_path / "loaf.png", 90))
    friend("post", "fresh from the oven", "--attach", picture, "--alt", "a loaf of rye")
    context = site.context(browser)
    page = context.pages[0]
    with friend.node("--no-mdns", "--no-port-mapping") as node:
        page.get_by_role("link", name="People").click()
        page.get_by_label("A key, an invite or a @petname").fill(friend.account)
        page.get_by_label("What you call the account").fill("baker")
        press(page, page.get_by_role("button", name="Follow", exact=True))
        assert page.get_by_role("heading", level=1).inner_text() == "@baker"
        page.goto(f"{site.origin}/status")
        page.get_by_label("Connect to a peer").fill(node.address)
        press(page, page.get_by_role("button", name="Connect"))
        page.get_by_text("The peer is connected.").wait_for()
        friend("post", "and another loaf")
        page.goto(f"{site.origin}/")
        page.locator("#fresh button, #posts :text('another loaf')").first.wait_for()
        page.goto(f"{site.origin}/people/{friend.account}")
        assert page.locator("#posts img").count() == 0
        press(page, page.get_by_role("button", name="Fetch"))
        page.get_by_text("It is here now.").wait_for()
        shown = page.get_by_alt_text("a loaf of rye")
        assert shown.evaluate("one => one.decode().then(() => one.naturalWidth)") == 64
        page.goto(f"{site.origin}/status")
        assert node.peer_id in page.locator("main").inner_text()
    checked(context)

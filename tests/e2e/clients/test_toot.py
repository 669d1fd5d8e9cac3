"""toot, unchanged: a person's day with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from .conftest import Served
from .toot import Toot

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]


@pytest.fixture
def toot(apps: Path, served: Served, tmp_path: Path) -> Toot:
    made = Toot(apps / "toot", tmp_path / "config")
    assert "Successfully logged in" in made.login(served.base, served.browser)
    return made


def test_a_day_with_toot(toot: Toot, served: Served, tmp_path: Path) -> None:
    assert "Robin" in toot("whoami")
    assert "A walk by the harbour" in toot("timelines", "home", "--limit", "5", "--no-pager")

    picture = tmp_path / "harbour.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    with_picture = ("--media", str(picture), "--description", "The harbour in the morning")
    posted = toot.json("post", "With a picture #sea", *with_picture)
    assert posted["media_attachments"][0]["description"] == "The harbour in the morning"

    replied = toot.json("post", "And an answer", "--reply-to", posted["id"])
    assert replied["in_reply_to_id"] == posted["id"]
    assert "And an answer" in toot("thread", posted["id"])
    assert served.home("show", served.home("read")[0]["id"])[0]["text"] == "And an answer"

    options = ("--poll-option", "tea", "--poll-option", "coffee", "--poll-expires-in", "1h")
    asked = toot.json("post", "Which one?", *options)
    assert [one["title"] for one in asked["poll"]["options"]] == ["tea", "coffee"]

    tagged = toot("timelines", "tag", "sea", "--limit", "20", "--no-pager")
    assert "With a picture" in tagged
    assert "A walk by the harbour" in tagged

    toot("favourite", posted["id"])
    assert toot.json("status", posted["id"])["favourited"]
    toot("unfavourite", posted["id"])
    toot("reblog", posted["id"])
    toot("unreblog", posted["id"])
    toot("bookmark", posted["id"])
    assert "With a picture" in toot("bookmarks")
    toot("delete", replied["id"])
    assert "And an answer" not in toot("timelines", "home", "--limit", "20", "--no-pager")


def test_people_and_notifications_with_toot(toot: Toot, served: Served, tmp_path: Path) -> None:
    anna = served.home("following")[0]
    found = toot.json("search", "anna", "--type", "accounts")["accounts"]
    acct = found[0]["acct"]
    assert acct.startswith("anna@")
    assert found[0]["display_name"] == "anna"
    assert anna["account"] in toot("whois", acct)
    toot("unfollow", acct)
    assert served.home("following") == []
    known = toot.json("search", anna["account"], "--resolve")["accounts"][0]["acct"]
    toot("follow", known)
    assert [one["account"] for one in served.home("following")] == [anna["account"]]
    toot("mute", known)
    assert served.home("filter", "list")[0]["name"].startswith("mute ")
    toot("unmute", known)

    mine = toot.json("post", "Who answers?")
    served.tell(tmp_path)
    served.friend("follow", served.home.account)
    entry = served.friend("read", "--author", served.home.account)[0]
    assert entry["text"] == "Who answers?"
    served.friend("react", entry["id"], "🌊")
    served.friend("post", "I do", "--reply", entry["id"])
    served.hear(tmp_path)
    shown = toot.json("notifications")
    assert {one["type"] for one in shown} == {"mention", "favourite"}
    assert {one["status"]["in_reply_to_id"] for one in shown} == {mine["id"], None}

"""toot, unchanged: a person's day with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]


class Toot:
    """toot with a configuration of its own."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        # Nothing of the person who runs the tests is used, and no browser is opened.
        self._env = os.environ | {
            "XDG_CONFIG_HOME": str(folder),
            "BROWSER": "true",
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
        }

    def __call__(self, *args: str, text: str = "") -> str:
        done = subprocess.run(
            [str(self._program), *args],
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            env=self._env,
            check=False,
        )
        assert done.returncode == 0, f"{args}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *args: str) -> object:
        return json.loads(self(*args, "--json"))

    def login(self, served: Served) -> str:
        """Log in, with the consent of the owner in the browser."""
        process = subprocess.Popen(
            [str(self._program), "login", "-i", served.base],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._env,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        said = ""
        while (found := re.search(r"^http://\S+\n", said, re.MULTILINE)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        code = served.browser.consent(found[0].strip())
        more, _ = process.communicate(f"n\n{code}\n", timeout=60)
        assert process.returncode == 0, said + more
        return more


@pytest.fixture
def toot(apps: Path, served: Served, tmp_path: Path) -> Toot:
    made = Toot(apps / "toot", tmp_path / "config")
    assert "Successfully logged in" in made.login(served)
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

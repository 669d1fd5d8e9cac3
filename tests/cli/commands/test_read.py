import time
from pathlib import Path

import pytest
from tests.budget import long

from ..conftest import Sayso


@pytest.fixture
def posts(sayso: Sayso, home: Path) -> list[str]:
    """Ids of three posts, oldest first."""
    made = [sayso("post", f"number {n}", "--home", home, "--json") for n in range(3)]
    return [done.record["id"] for done in made]


def test_read_is_newest_first_and_limited(sayso: Sayso, home: Path, posts: list[str]) -> None:
    items = sayso("read", "--home", home, "--json").records
    assert [item["id"] for item in items] == posts[::-1]
    items = sayso("read", "--limit", 2, "--home", home, "--json").records
    assert [item["id"] for item in items] == posts[:0:-1]


def test_read_of_one_author(sayso: Sayso, home: Path, posts: list[str], anna: str) -> None:
    own = sayso("profile", "--home", home, "--json").record["account"]
    for key in (own, f"did:key:{own}", own[:12], f"sayso:{own}?via=x"):
        items = sayso("read", "--author", key, "--home", home, "--json").records
        assert len(items) == len(posts)
    unknown = sayso("read", "--author", anna, "--home", home)
    assert (unknown.code, "follow it first" in unknown.err) == (1, True)
    sayso("follow", anna, "--home", home)
    assert sayso("read", "--author", anna, "--home", home, "--json").records == []


def test_read_since(sayso: Sayso, home: Path, posts: list[str]) -> None:
    for since in ("1h", "7d", "2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00+02:00"):
        assert len(sayso("read", "--since", since, "--home", home, "--json").records) == 3, since
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    assert sayso("read", "--since", tomorrow, "--home", home, "--json").records == []


@pytest.mark.parametrize("words", [["--limit", "0"], ["--limit", "x"], ["--since", "yesterday"]])
def test_read_with_wrong_options(words: list[str], sayso: Sayso, home: Path) -> None:
    done = sayso("read", *words, "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_an_empty_timeline_says_what_to_do(sayso: Sayso, home: Path) -> None:
    done = sayso("read", "--home", home)
    assert (done.code, done.out) == (0, "")
    assert "sayso post" in done.err
    assert sayso("read", "--home", home, "--json").err == ""


@long
def test_show_knows_every_kind(sayso: Sayso, home: Path, anna: str, posts: list[str]) -> None:
    sayso("follow", anna, "--public", "--home", home)
    from sayso_node.home.directory import Home
    from sayso_node.home.open_store import open_home

    store = open_home(Home(home))
    kinds = {}
    for entry in store.arrived_after(0):
        done = sayso("show", entry.id.hex(), "--home", home, "--json")
        kinds[done.record["kind"]] = done.record
        assert sayso("show", entry.id.hex()[:10], "--home", home).code == 0
    store.close()
    assert kinds.keys() == {"open", "profile", "post", "follow"}
    assert kinds["follow"]["account"] == anna
    assert kinds["profile"]["profile_name"] == "Robin"


def test_show_of_what_is_not_there(sayso: Sayso, home: Path, posts: list[str]) -> None:
    near = posts[0][:8] + "f" * 56
    done = sayso("show", near, "--home", home)
    assert done.code == 1
    assert posts[0] in done.err
    assert sayso("show", "zzzzzzzzzz", "--home", home).code == 1
    assert sayso("show", "1234", "--home", home).code == 1


def test_foreign_text_cannot_touch_the_terminal(sayso: Sayso, home: Path) -> None:
    nasty = "\x1b]52;c;AAAA\x07 \x9b31m \u202egnp.exe\u2066 \r over \x08"
    assert sayso("post", nasty, "--warn", "\x1b[2J", "--home", home).code == 0
    [item] = sayso("read", "--home", home, "--json").records
    assert item["text"] == nasty
    for shown in (sayso("read", "--home", home).out, sayso("show", item["id"], "--home", home).out):
        assert not {c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160} - {"\n"}
        assert not set(shown) & set("\u202e\u2066")


def test_json_holds_nothing_that_acts_or_ends_a_line(sayso: Sayso, home: Path) -> None:
    text = "a\u2028b\u2029c\x85d\x9be\u202ef\x7fg"
    sayso("post", text, "--home", home)
    done = sayso("read", "--home", home, "--json")
    assert done.out.isprintable() or done.out[:-1].isprintable()
    assert done.out.count("\n") == 1
    assert done.record["text"] == text

"""Taking back: what is shown before, what is done, and what is said afterwards."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author

from ..conftest import Sayso

SECRET = "zauberlehrling and nothing else"


def post(sayso: Sayso, home: Path, *words: str) -> str:
    return str(sayso("post", *words, "--home", home, "--json").record["id"])


def files_with(home: Path, text: str) -> list[str]:
    files = [file for file in sorted(home.rglob("*")) if file.is_file()]
    return [file.name for file in files if text.encode() in file.read_bytes()]


def test_what_was_said_is_in_no_file_any_more(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, SECRET)
    assert sayso("search", "zauberlehrling", "--home", home).out.count(SECRET) == 1
    assert files_with(home, SECRET)
    done = sayso("retract", entry[:8], "--yes", "--home", home)
    assert (done.code, "took back 1 entry" in done.out) == (0, True)
    assert files_with(home, SECRET) == files_with(home, "auberlehrling") == []
    assert SECRET in done.err  # shown before
    assert "cannot" not in done.out
    assert sayso("read", "--home", home, "--json").records == []
    assert sayso("verify", "--home", home).code == 0


def test_its_fields(sayso: Sayso, home: Path) -> None:
    one, two = post(sayso, home, "one"), post(sayso, home, "two")
    made = sayso("retract", one, two, "--yes", "--home", home, "--json").record
    assert made["taken_back"] == [one, two]
    assert (made["edits"], made["already"], made["erased"]) == (0, [], True)
    assert {"id", "author", "feed", "seq", "time"} <= made.keys()
    again = sayso("retract", one, "--yes", "--home", home, "--json").record
    assert (again["id"], again["taken_back"], again["already"]) == (None, [], [one])
    shown = sayso("show", one, "--home", home, "--json").record
    assert (shown["kind"], shown["text"], shown["body"]) == (None, None, "taken back")
    said = sayso("show", made["id"], "--home", home, "--json").record
    assert (said["kind"], said["takes_back"]) == ("retract", [one, two])


def test_where_somebody_answered_its_place_says_so(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "a question")
    post(sayso, home, "an answer", "--reply", entry)
    assert sayso("retract", entry, "--yes", "--home", home).code == 0
    thread = sayso("thread", entry, "--home", home).out
    assert "(taken back by its author)" in thread
    assert "an answer" in thread
    assert "a question" not in thread


def test_without_a_terminal_it_has_to_be_told_twice(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "stays")
    done = sayso("retract", entry, "--home", home)
    assert (done.code, "--yes" in done.err) == (1, True)
    assert sayso("read", "--home", home, "--json").record["id"] == entry


def test_a_repost_and_a_reaction_go_too(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "mine")
    made = [
        sayso(*words, "--home", home, "--json").record["id"]
        for words in (("react", entry, "x"), ("repost", entry))
    ]
    assert sayso("retract", *made, "--yes", "--home", home).code == 0
    item = sayso("read", "--home", home, "--json").record
    assert (item["reactions"], item["reposts"]) == ({}, 0)


def test_what_cannot_be_taken_back_is_said_in_a_line(
    sayso: Sayso, home: Path, other: Path, anna: str
) -> None:
    sayso("follow", anna, "--home", home)
    theirs = post(sayso, other, "somebody else's")
    bundle = home.parent / "b"
    sayso("export", bundle, "--home", other)
    sayso("import", bundle, "--home", home)
    mine = post(sayso, home, "mine")
    back = sayso("retract", mine, "--yes", "--home", home, "--json").record["id"]
    profile = sayso("profile", "--bio", "x", "--home", home, "--json")
    assert profile.code == 0
    for entry, why in (
        (theirs, "somebody else"),
        (back, "is a retraction"),
        ("0" * 64, "no entry"),
    ):
        done = sayso("retract", entry, "--yes", "--home", home)
        assert (done.code, done.out, why in done.err) == (1, "", True)


@pytest.mark.parametrize("words", [[], ["--yes"]])
def test_it_wants_an_id(sayso: Sayso, home: Path, words: list[str]) -> None:
    assert sayso("retract", *words, "--home", home).code == 2


def test_whoever_takes_the_retraction_in_is_clean_afterwards(
    sayso: Sayso, home: Path, other: Path
) -> None:
    robin = sayso("profile", "--home", home, "--json").record["account"]
    sayso("follow", robin, "--home", other)
    entry = post(sayso, home, SECRET)
    one, two = home.parent / "one", home.parent / "two"
    sayso("export", one, "--home", home)
    sayso("import", one, "--home", other)
    assert sayso("search", "zauberlehrling", "--home", other, "--json").record["id"] == entry
    assert files_with(other, SECRET)
    sayso("retract", entry, "--yes", "--home", home)
    sayso("export", two, "--home", home)
    assert SECRET.encode() not in two.read_bytes()
    assert sayso("import", two, "--home", other).code == 0
    assert files_with(other, SECRET) == files_with(other, "auberlehrling") == []
    assert sayso("verify", "--home", other).code == 0


def test_its_attachment_goes_unless_another_post_shows_it(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    from sayso_node.entries.erasure import erase
    from sayso_node.home.directory import Home
    from sayso_node.home.open_store import open_home
    from sayso_node.media.blob_store import open_blobs
    from sayso_protocol.content.attachment import Attachment
    from sayso_protocol.content.body import Post

    place = Home(home)
    with open_home(place) as store:
        blobs = open_blobs(place)
        kept, gone = (blobs.add(io.BytesIO(data), 1) for data in (b"kept" * 99, b"gone" * 99))
        author = Author(place, store)
        pictures = [Attachment(one.cid, one.size, "image/png") for one in (kept, gone)]
        first = author.publish([Post("one", attach=tuple(pictures))])
        author.publish([Post("two", attach=(pictures[0],))])
    assert sayso("retract", first.ids[0].hex(), "--yes", "--home", home).code == 0
    with open_home(place) as store:
        assert erase(store)
        assert open_blobs(place).held_among([kept.cid, gone.cid]) == {kept.cid}

from pathlib import Path

import pytest
from tests.protocol.media.pictures import picture

from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.media.blob_store import open_blobs
from sayso_protocol.content.body import Post, Profile, read_body

from ..conftest import Sayso


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(picture("JPEG", 1))
    return path


def newest(home: Path, kind: str) -> object:
    with open_home(Home(home)) as store:
        own = store.own_feed()
        assert own is not None
        entry = store.latest(own.account, kind)
    assert entry is not None and entry.body is not None
    return read_body(entry.body)


def test_words_belong_to_the_file_before_them(sayso: Sayso, home: Path, photo: Path) -> None:
    other = photo.with_name("other.png")
    other.write_bytes(picture("PNG", 1))
    words = ["--attach", photo, "--alt", "a wall", "--attach", other, "--attach", photo]
    done = sayso("post", "look", *words, "--alt=again", "--home", home)
    assert done.code == 0
    assert "1 attachment without words" in done.err and "holiday" not in done.err
    post = newest(home, "post")
    assert isinstance(post, Post)
    assert [(one.type, one.alt) for one in post.attach] == [
        ("image/jpeg", "a wall"),
        ("image/png", ""),
        ("image/jpeg", "again"),
    ]
    held = {blob.cid for blob in open_blobs(Home(home)).all_held()}
    assert held == {one.cid for one in post.attach}


def test_a_picture_needs_no_text(sayso: Sayso, home: Path, photo: Path) -> None:
    assert sayso("post", "--attach", photo, "--alt", "x", "--home", home).code == 0
    post = newest(home, "post")
    assert isinstance(post, Post) and post.text == ""


def test_words_for_nothing_are_wrong_usage(sayso: Sayso, home: Path, photo: Path) -> None:
    before = ["--alt", "x", "--attach", photo]
    twice = ["--attach", photo, "--alt", "x", "--alt", "y"]
    for words in (before, twice):
        done = sayso("post", "look", *words, "--home", home)
        assert done.code == 2 and "--attach FILE" in done.err


def test_what_cannot_be_stripped_is_posted_only_on_purpose(
    sayso: Sayso, home: Path, photo: Path
) -> None:
    photo.write_bytes(b"GIF89a, more or less")
    words = ["post", "look", "--attach", photo, "--alt", "x", "--home", home]
    done = sayso(*words)
    assert done.code == 1 and "--keep-metadata" in done.err
    assert open_blobs(Home(home)).all_held() == []
    assert sayso(*words, "--keep-metadata").code == 0


def test_a_post_that_fails_keeps_no_picture(sayso: Sayso, home: Path, photo: Path) -> None:
    words = ["--reply", "00" * 32, "--attach", photo, "--alt", "x", "--home", home]
    assert sayso("post", "look", *words).code == 1
    assert [held.is_pinned for held in open_blobs(Home(home)).all_held()] == [False]


def test_an_edit_keeps_what_is_attached_or_takes_others(
    sayso: Sayso, home: Path, photo: Path
) -> None:
    words = ["--attach", photo, "--alt", "a wall", "--home", home]
    made = sayso("post", "look", *words, "--json").record["id"]
    sayso("edit", made, "look here", "--home", home)
    [first] = sayso("show", made, "--home", home, "--json").records[0]["attachments"]
    assert (first["type"], first["alt"]) == ("image/jpeg", "a wall")
    photo.write_bytes(picture("PNG", 1))
    assert sayso("edit", made, "", *words).code == 0
    [shown] = sayso("show", made, "--home", home, "--json").records
    assert [one["type"] for one in shown["attachments"]] == ["image/png"]
    assert shown["text"] == ""
    poll = ["poll", "Which?", "--option", "a", "--option", "b", "--home", home, "--json"]
    asked = sayso(*poll).record["id"]
    assert "no attachments" in sayso("edit", asked, "Which one?", *words).err


def test_a_profile_has_a_picture(sayso: Sayso, home: Path, photo: Path) -> None:
    done = sayso("profile", "--picture", photo, "--alt", "me", "--home", home, "--json")
    shown = done.record["picture"]
    assert (shown["type"], shown["alt"]) == ("image/jpeg", "me")
    assert shown["cid"].startswith("bafkrei") and done.record["name"] == "Robin"
    assert "image/jpeg  3.3 kB  me" in sayso("profile", "--home", home).out
    sayso("profile", "--bio", "hi", "--home", home)
    profile = newest(home, "profile")
    assert isinstance(profile, Profile) and profile.picture is not None
    assert sayso("profile", "--picture", "", "--home", home, "--json").record["picture"] is None
    photo.write_bytes(b"%PDF-1.7")
    done = sayso("profile", "--picture", photo, "--keep-metadata", "--home", home)
    assert done.code == 1 and "no picture" in done.err

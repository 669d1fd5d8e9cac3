"""Importing an archive: look first, then publish; nothing that is doubtful by itself."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long, some
from tests.node.archive.builders import (
    PUBLIC,
    create,
    mastodon,
    new_layout,
    tweet,
    write_tar,
    write_zip,
)

from sayso_node.accounts.author import Author
from sayso_node.archive.choice import Kind
from sayso_storage.sqlite.file import database

from ..conftest import Sayso

PATIENCE = 60.0


def lines(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Three posts of which nothing is doubtful."""
    return lines(
        tmp_path / "plain.jsonl",
        {"id": "1", "text": "begins", "time": "2011-02-03T04:05:06Z"},
        {"id": "2", "text": "goes on", "time": "2011-02-04T04:05:06Z", "reply_to": "1"},
        {"id": "3", "text": "to others", "time": "2011-02-05T04:05:06Z", "reply_to": "x"},
    )


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """A post of before Twitter Circle, and two of its time."""
    then = "Sat Dec 31 23:00:00 +0000 2022"
    records = [tweet(1, "before")] + [tweet(n, f"then {n}", created_at=then) for n in (2, 3)]
    return write_zip(tmp_path / "doubtful.zip", new_layout(*records))


def texts(sayso: Sayso, home: Path) -> list[str]:
    return [one["text"] for one in sayso("read", "--home", home, "--json").records]


# --- look first ---------------------------------------------------------------------------


def test_nothing_is_published_where_nobody_can_be_asked(
    sayso: Sayso, home: Path, plain: Path
) -> None:
    done = sayso("import-archive", plain, "--home", home)
    assert done.code == 1
    assert "--yes" in done.err
    assert done.err.count("\n") == 1
    assert "3 posts would be published" in done.out
    assert texts(sayso, home) == []


@pytest.mark.parametrize("words", [[], ["--json"], ["--yes"], ["--json", "--yes"]])
def test_a_dry_run_writes_nothing(sayso: Sayso, home: Path, plain: Path, words: list[str]) -> None:
    before = sayso("status", "--home", home, "--json").record["entries"]
    done = sayso("import-archive", plain, "--home", home, "--dry-run", *words)
    assert done.code == 0
    assert sayso("status", "--home", home, "--json").record["entries"] == before
    if "--json" in words:
        assert (done.record["imported"], done.record["dry_run"]) == (3, True)


def test_a_dry_run_tells_what_the_import_does(sayso: Sayso, home: Path, plain: Path) -> None:
    words = ("import-archive", plain, "--home", home, "--json")
    told, done = sayso(*words, "--dry-run").record, sayso(*words).record
    assert told | {"dry_run": False} == done
    again = sayso(*words, "--dry-run").record
    assert (again["imported"], again["skipped"]) == (0, 3)


def test_the_plan_shows_kinds_times_and_samples(sayso: Sayso, home: Path, plain: Path) -> None:
    shown = sayso("import-archive", plain, "--home", home, "--dry-run").out
    for words in ("1 post\n", "1 answer to an own post", "1 reply to somebody else"):
        assert words in shown
    assert "written from 2011-02-03 to 2011-02-05" in shown
    assert "2011-02-03  “begins”" in shown


@pytest.mark.parametrize("ends", ["00:00:00", "23:59:59"])
def test_the_plan_names_a_day_once(sayso: Sayso, home: Path, tmp_path: Path, ends: str) -> None:
    times = ("2020-01-01T00:00:00Z", f"2020-01-01T{ends}Z")
    posts = [{"id": str(at), "time": time, "text": f"p{at}"} for at, time in enumerate(times)]
    path = tmp_path / "day.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in posts))
    shown = sayso("import-archive", path, "--home", home, "--dry-run").out
    assert "  written on 2020-01-01\n" in shown


def test_samples_cannot_act_on_the_terminal(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", {"id": "1", "text": "\x1b[2J\u202eevil\nline"})
    shown = sayso("import-archive", path, "--home", home, "--dry-run").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "evil line" in shown


@long
@pytest.mark.parametrize(
    ("answer", "count"), some([("y", 3), ("yes", 3), ("n", 0), ("", 0), ("q", 0)], 2)
)
def test_on_a_terminal_it_shows_the_plan_and_asks(
    sayso: Sayso, home: Path, plain: Path, answer: str, count: int
) -> None:
    main, side = pty.openpty()
    command = [sys.executable, "-m", "sayso_cli.main", "--home", str(home)]
    with subprocess.Popen(
        [*command, "import-archive", str(plain)], stdin=side, stdout=side, stderr=side
    ) as program:
        os.close(side)
        shown, deadline = b"", time.monotonic() + PATIENCE
        while b"[y/N]" not in shown and time.monotonic() < deadline:
            if select.select([main], [], [], 1)[0]:
                shown += os.read(main, 65536)
        assert b"3 posts would be published" in shown
        os.write(main, answer.encode() + b"\n")
        assert program.wait(PATIENCE) == (0 if count else 1)
    os.close(main)
    assert len(texts(sayso, home)) == count


# --- doubtful ones ------------------------------------------------------------------------


def test_what_is_doubtful_stops_a_program(sayso: Sayso, home: Path, doubtful: Path) -> None:
    done = sayso("import-archive", doubtful, "--home", home, "--json")
    assert done.code == 1
    assert json.loads(done.err)["code"] == "doubtful"
    assert (done.record["imported"], done.record["doubtful"]) == (0, 2)
    assert texts(sayso, home) == []


def test_yes_leaves_out_what_is_doubtful(sayso: Sayso, home: Path, doubtful: Path) -> None:
    done = sayso("import-archive", doubtful, "--home", home, "--json", "--yes").record
    assert (done["imported"], done["doubtful"], done["left_out"]) == (1, 2, {"doubtful": 2})
    assert texts(sayso, home) == ["before"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--include-doubtful"], ["then 3", "then 2", "before"]),
        (["--only", "doubtful"], ["then 3", "then 2"]),
        (["--only", "post"], ["before"]),
        (["--only", "posts", "--only", "doubtful"], ["then 3", "then 2", "before"]),
        (["--include-private"], ["before"]),
        (["--only", "thread"], []),
    ],
)
def test_only_an_explicit_word_publishes_what_is_doubtful(
    sayso: Sayso, home: Path, doubtful: Path, words: list[str], found: list[str]
) -> None:
    assert sayso("import-archive", doubtful, "--home", home, "--yes", *words).code == 0
    assert texts(sayso, home) == found


def test_what_was_left_out_can_come_later(sayso: Sayso, home: Path, doubtful: Path) -> None:
    words = ("import-archive", doubtful, "--home", home, "--json", "--yes")
    sayso(*words)
    done = sayso(*words, "--include-doubtful").record
    assert (done["imported"], done["skipped"]) == (2, 1)
    again = sayso(*words).record
    assert (again["imported"], again["skipped"], again["doubtful"]) == (0, 3, 0)


KINDS = st.sets(st.sampled_from([str(kind) for kind in Kind]))
FOLLOWERS, FRIEND = "https://social.example/users/ada/followers", "https://other.example/bo"
AUDIENCES: dict[str, tuple[list[str], list[str]]] = {
    "public": ([PUBLIC], [FOLLOWERS]),
    "unlisted": ([FOLLOWERS], [PUBLIC]),
    "limited": ([FOLLOWERS], []),
    "direct": ([FRIEND], []),
}


@settings(max_examples=25)
@given(
    audiences=st.lists(st.sampled_from(sorted(AUDIENCES)), max_size=6),
    only=KINDS,
    private=st.booleans(),
    doubtful=st.booleans(),
)
def test_what_was_not_public_takes_a_word_and_letters_take_none(
    tmp_path_factory: pytest.TempPathFactory,
    audiences: list[str],
    only: set[str],
    private: bool,
    doubtful: bool,
) -> None:
    from sayso_node.archive import open_archive
    from sayso_node.archive.choice import choice_of
    from sayso_node.archive.plan import make_plan
    from sayso_storage.memory.store import MemoryStore

    acts = [
        create(n, f"<p>{audience}</p>", to=AUDIENCES[audience][0], cc=AUDIENCES[audience][1])
        for n, audience in enumerate(audiences)
    ]
    path = write_zip(tmp_path_factory.mktemp("a") / "a.zip", mastodon(*acts))
    choice = choice_of(map(Kind, only), private=private, doubtful=doubtful)
    archive = open_archive(path, include_private=choice.reaches_private)
    plan = make_plan(MemoryStore(bytes(16)), archive, choice)
    wanted = {"public"} if not only or "post" in only else set()
    wanted |= {"unlisted", "limited"} if private else {"unlisted", "limited"} & only
    assert [post.text for post in plan.posts] == [one for one in audiences if one in wanted]
    assert plan.count + plan.left_out.total() == len(audiences)


def test_an_unknown_kind_is_wrong_usage(sayso: Sayso, home: Path, plain: Path) -> None:
    done = sayso("import-archive", plain, "--home", home, "--only", "poems")
    assert (done.code, "thread" in done.err) == (2, True)


def test_what_is_left_out_is_said_by_kind(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    picture = {"type": "Document", "mediaType": "image/png", "name": "a wall"}
    poll = {"type": "Question", "oneOf": [{"name": "yes"}, {"name": "no"}]}
    acts = [
        create(1, "<p>Look!</p>", attachment=[picture, picture]),
        create(2, "<p>Well?</p>", **poll),
        create(3, "<p>x</p>", to=[FRIEND], cc=[]),
    ]
    path = write_tar(tmp_path / "a.tar.gz", mastodon(*acts))
    done = sayso("import-archive", path, "--home", home, "--json").record
    assert done["left_out"] == {"direct message": 1, "picture": 2, "poll": 1}
    shown = sayso("import-archive", path, "--home", home, "--yes").out
    assert "1 direct message\n" in shown


# --- long ones, other ways in ---------------------------------------------------------------


def test_a_long_note_comes_as_a_thread_once(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    paragraphs = [f"Paragraph {n}. " + "word " * 300 for n in range(40)]
    path = lines(
        tmp_path / "a",
        {"id": "1", "text": "\n\n".join(paragraphs), "time": "2011-02-03T04:05:06Z"},
        {"id": "2", "text": "an answer", "time": "2011-02-03T04:05:07Z", "reply_to": "1"},
    )
    words = ("import-archive", path, "--home", home, "--json")
    assert sayso(*words).record["imported"] == 2
    assert (sayso(*words).record["imported"], sayso(*words).record["skipped"]) == (0, 2)
    items = sayso("read", "--home", home, "--json").records[::-1]
    first = items[0]
    parts = [item for item in items if item["origin"].startswith("jsonl:1")]
    assert len(parts) > 4
    assert "\n\n".join(item["text"] for item in parts).split() == " ".join(paragraphs).split()
    for before, part in pairwise(parts):
        assert (part["reply_to"], part["root"]) == (before["id"], first["id"])
        assert part["written"] == first["written"]
    (answer,) = [item for item in items if item["text"] == "an answer"]
    assert answer["reply_to"] == first["id"]


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_an_archive_comes_on_standard_input(
    sayso: Sayso, home: Path, plain: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(plain.read_bytes())))
    assert sayso("import-archive", "-", "--home", home, "--yes", *words).code == 0
    assert len(texts(sayso, home)) == 3


def test_of_bad_standard_input_no_file_is_named(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    done = sayso("import-archive", "-", "--home", home, "--yes")
    assert (done.code, done.err.startswith("sayso: standard input is empty")) == (1, True)


@pytest.mark.parametrize(
    "data", [b"hello\r\n", b"\xef\xbb\xbfhello\n", "hello\r\n".encode("utf-16")]
)
def test_a_post_from_a_file_of_windows_is_its_words(
    sayso: Sayso, home: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert sayso("post", "-", "--home", home).code == 0
    assert texts(sayso, home) == ["hello"]


def test_lines_of_a_post_end_alike_wherever_they_come_from(sayso: Sayso, home: Path) -> None:
    assert sayso("post", "one\r\ntwo", "--home", home).code == 0
    assert texts(sayso, home) == ["one\ntwo"]


# --- what stops an import -------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path) -> Path:
    records = [{"id": str(n), "text": f"line {n} " + "x" * 300} for n in range(3000)]
    return lines(tmp_path / "many.jsonl", *records)


@long
def test_on_a_full_disk_it_says_what_stands_and_goes_on(
    sayso: Sayso, home: Path, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(home / "store.sqlite") as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.close()
    with monkeypatch.context() as patch:
        small = (*database._FOR_WRITER, f"PRAGMA max_page_count = {pages + 60}")
        patch.setattr(database, "_FOR_WRITER", small)
        done = sayso("import-archive", many, "--home", home, "--yes")
    assert done.code == 1
    count = len(sayso("read", "--home", home, "--limit", "9999", "--json").records)
    assert 0 < count < 3000
    assert f"{count} of 3000 posts stand published" in done.err
    assert "nothing was kept" not in done.err
    again = sayso("import-archive", many, "--home", home, "--yes", "--json").record
    assert (again["imported"], again["skipped"]) == (3000 - count, count)


@long
def test_interrupted_it_says_what_stands_and_goes_on(
    sayso: Sayso, home: Path, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, calls = Author.publish, 0

    def interrupted(self: Author, *values: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 2:
            signal.raise_signal(signal.SIGINT)
        return publish(self, *values)  # type: ignore[arg-type]

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(Author, "publish", interrupted)
            done = sayso("import-archive", many, "--home", home, "--yes")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.code == 130
    assert "1024 of 3000 posts stand published; run it again" in done.err
    again = sayso("import-archive", many, "--home", home, "--yes", "--json").record
    assert (again["imported"], again["skipped"]) == (3000 - 1024, 1024)


# --- where imports stand in what one reads ----------------------------------------------------


def test_a_friends_import_stands_in_the_past(
    sayso: Sayso, home: Path, other: Path, plain: Path, tmp_path: Path
) -> None:
    sayso("import-archive", plain, "--home", other, "--yes")
    sayso("post", "fresh", "--home", other)
    sayso("export", tmp_path / "b", "--home", other)
    sayso("post", "mine", "--home", home)
    sayso("import", tmp_path / "b", "--follow", "--home", home)
    assert set(texts(sayso, home)[:2]) == {"fresh", "mine"}
    assert texts(sayso, home)[2:] == [None, "to others", "goes on", "begins"]

    def found(*words: str) -> list[str]:
        return [one["text"] for one in sayso(*words, "--home", home, "--json").records]

    recent = sayso("read", "--since", "1h", "--home", home, "--json").records
    assert {one["text"] for one in recent} == {"fresh", "mine", None}
    [line] = [one for one in recent if one["kind"] == "import"]
    assert (line["entries"], line["from"][:4], line["to"][:4]) == (3, "2011", "2011")
    assert "imported 3 posts of 2011" in sayso("read", "--home", home).out
    assert found("search", "begins since:1h") == []
    assert found("search", "begins") == ["begins"]
    assert sayso("verify", "--home", home).code == 0


def test_a_time_in_the_future_is_worth_nothing(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", {"id": "1", "text": "ahead", "time": "2190-01-01T00:00:00Z"})
    sayso("import-archive", path, "--home", home, "--yes")
    sayso("post", "now", "--home", home)
    assert texts(sayso, home) == ["now", "ahead"]


def test_a_tar_on_standard_input(
    sayso: Sayso, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tar(tmp_path / "a.tar.xz", mastodon(create(1, "<p>one</p>")), "w:xz")
    assert tarfile.is_tarfile(path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    sayso("import-archive", "-", "--home", home, "--yes")
    assert texts(sayso, home) == ["one"]


def test_a_list_of_follows_waits_and_is_listed(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    assert "Nothing waits" in sayso("following", "--waiting", "--home", home).err
    path = tmp_path / "following_accounts.csv"
    path.write_text("Account address\nbo@elm.example\ncy@oak.example\n")
    shown = sayso("import-archive", path, "--home", home, "--dry-run").out
    assert "2 accounts that you followed, kept on this machine alone" in shown
    done = sayso("import-archive", path, "--home", home, "--json")
    assert done.record["waiting"] == {"follows": 2, "likes": 0, "bookmarks": 0}
    assert done.record["imported"] == 0
    listed = sayso("following", "--waiting", "--home", home, "--json").records
    assert listed[0] == {"waiting": "follow", "name": "bo@elm.example", "claimed_by": []}
    assert len(listed) == 2


@long
def test_who_says_to_be_somebody_that_is_waited_for_is_named_and_not_followed(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    other, bundle = tmp_path / "other", tmp_path / "bundle"
    key = sayso("init", "--home", other, "--json").record["account"]
    path = write_tar(tmp_path / "a.tar", mastodon(create(1, "<p>one</p>")))
    sayso("import-archive", path, "--home", other, "--yes")
    sayso("export", bundle, "--home", other)
    friend = tmp_path / "friend"
    sayso("init", "--home", friend)
    sayso("follow", key, "--home", friend)
    sayso("import", bundle, "--home", friend)
    sayso("unfollow", key, "--home", friend)
    follows = tmp_path / "following_accounts.csv"
    follows.write_text("Account address\nada@social.example\n")
    sayso("import-archive", follows, "--home", friend)
    listed = sayso("following", "--waiting", "--home", friend, "--json").records
    assert listed == [{"waiting": "follow", "name": "ada@social.example", "claimed_by": [key]}]
    shown = sayso("following", "--waiting", "--home", friend).out
    assert "https://social.example/@ada" in shown
    assert sayso("following", "--home", friend).err.startswith("Nobody is followed")

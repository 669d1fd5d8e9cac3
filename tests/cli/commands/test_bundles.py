"""Bundles, archives and verification from the command line."""

import json
from pathlib import Path

import pytest

from ..conftest import Sayso


def archive(path: Path, *posts: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(post) + "\n" for post in posts))
    return path


POSTS: list[dict[str, object]] = [
    {"id": "1", "time": "2011-02-03T04:05:06Z", "text": "first #words"},
    {"id": "2", "time": "2011-02-03T04:06:06Z", "text": "an answer", "reply_to": "1"},
    {"id": "3", "time": "2011-02-04T04:05:06Z", "text": "to a stranger", "reply_to": "777"},
]


def test_an_archive_comes_in_once(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    path = archive(tmp_path / "posts.jsonl", *POSTS)
    first = sayso("import-archive", path, "--home", home, "--json")
    assert first.code == 0
    assert (first.record["imported"], first.record["skipped"], first.record["errors"]) == (3, 0, 0)
    second = sayso("import-archive", path, "--home", home, "--json").record
    assert (second["imported"], second["skipped"], second["errors"]) == (0, 3, 0)
    newest, answer, oldest = sayso("read", "--home", home, "--json").records
    assert oldest["written"] == "2011-02-03T04:05:06.000Z"
    assert oldest["time"] > "2020"
    assert (oldest["tags"], oldest["origin"]) == (["words"], "jsonl:1")
    assert (answer["reply_to"], answer["root"]) == (oldest["id"], oldest["id"])
    assert (newest["reply_to"], newest["reply_origin"]) == (None, "jsonl:777")
    assert "2011-02-03" in sayso("read", "--home", home).out


def test_what_an_archive_cannot_give_is_counted(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    path = archive(tmp_path / "posts.jsonl", *POSTS, {"id": "4", "text": "a\0b"})
    with path.open("a") as file:
        file.write("{broken\n")
    done = sayso("import-archive", path, "--home", home, "--json")
    assert (done.code, done.record["imported"], done.record["errors"]) == (0, 3, 2)
    assert len(done.record["unreadable"]) == 1
    shown = sayso("import-archive", path, "--home", home, "--yes")
    assert (shown.code, "NUL" in shown.out) == (0, True)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x1f\x8b no gzip"])
def test_what_is_no_archive_is_refused(
    content: bytes, sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    done = sayso("import-archive", path, "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


def test_a_bundle_is_carried_from_one_home_to_another(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    posted = sayso("post", "on a stick", "--home", other, "--json").record
    path = tmp_path / "stick"
    exported = sayso("export", path, "--home", other, "--json").record
    assert (exported["feeds"], exported["entries"]) == (1, 3)
    assert exported["bytes"] == path.stat().st_size

    refused = sayso("import", path, "--home", home, "--json")
    assert refused.code == 1
    assert refused.record["not_followed"] == [anna]
    assert "--follow" in refused.err

    sayso("follow", anna, "--home", home)
    imported = sayso("import", path, "--home", home, "--json")
    assert imported.code == 0
    assert (imported.record["feeds"], imported.record["entries"]) == (1, 3)
    assert imported.record["bytes"] == exported["bytes"]
    [item] = sayso("read", "--home", home, "--json").records
    assert (item["id"], item["text"]) == (posted["id"], "on a stick")
    [held] = sayso("following", "--home", home, "--json").records
    assert (held["head"], held["have"], held["missing"]) == (3, 3, 0)
    assert sayso("import", path, "--home", home, "--json").record["known"] == 3


def test_export_of_chosen_feeds(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    sayso("export", tmp_path / "a", "--home", other)
    sayso("import", tmp_path / "a", "--follow", "--home", home)
    path = tmp_path / "b"
    both = sayso("export", path, "--home", home, "--json").record
    one = sayso("export", path, "--feed", anna, "--feed", anna[:12], "--home", home, "--json")
    assert (both["feeds"], one.record["feeds"]) == (2, 1)
    assert sayso("export", path, "--feed", "z6Mkunknown", "--home", home).code == 1
    assert sayso("export", tmp_path, "--home", home).code == 1


def test_a_cut_bundle_says_what_was_kept(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "stick"
    sayso("export", path, "--home", home)
    path.write_bytes(path.read_bytes()[:-1])
    done = sayso("import", path, "--home", home)
    assert done.code == 1
    assert "ends early" in done.err
    assert done.err.count("\n") == 1


def test_verify_finds_nothing_in_a_sound_store(sayso: Sayso, home: Path, anna: str) -> None:
    sayso("post", "x", "--home", home)
    found = sayso("verify", "--home", home, "--json").record
    assert (found["feeds"], found["entries"], found["errors"]) == (1, 3, 0)
    sayso("follow", anna, "--home", home)
    assert sayso("verify", anna, "--home", home, "--json").record["entries"] == 0
    assert "0 errors" in sayso("verify", "--home", home).out


def test_verify_fails_where_a_body_was_changed(sayso: Sayso, home: Path) -> None:
    import sqlite3

    sayso("post", "the truth", "--home", home)
    with sqlite3.connect(home / "store.sqlite") as db:
        changed = db.execute(
            "UPDATE entries SET body = CAST(replace(body, 'truth', 'false') AS BLOB)"
            " WHERE instr(body, 'truth')"
        ).rowcount
    db.close()
    assert changed == 1
    done = sayso("verify", "--home", home, "--json")
    assert done.code == 1
    assert done.record["errors"] >= 1
    assert len(done.record["reasons"]) == done.record["errors"]
    assert "damaged" in done.err

"""`label`, `labels …` and `follow --list`, as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from ..conftest import Sayso


@pytest.fixture
def posts(sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path) -> list[str]:
    """Robin follows Anna, who posted twice and labelled the first."""
    ids = [sayso("post", t, "--home", other, "--json").record["id"] for t in ("buy", "hello")]
    made = sayso("label", ids[0], "spam", "--home", other, "--json")
    assert (made.code, made.record["author"], made.record["seq"]) == (0, anna, 5)
    sayso("follow", anna, "--name", "anna", "--home", home)
    carry(sayso, other, home, tmp_path / "bundle")
    return ids


def carry(sayso: Sayso, here: Path, there: Path, bundle: Path) -> None:
    bundle.unlink(missing_ok=True)
    assert sayso("export", bundle, "--home", here).code == 0
    assert sayso("import", bundle, "--home", there).code == 0


def texts(sayso: Sayso, home: Path) -> list[str]:
    return [item["text"] for item in sayso("read", "--json", "--home", home).records]


@long
def test_preview_subscribe_and_end(sayso: Sayso, home: Path, posts: list[str], anna: str) -> None:
    assert texts(sayso, home) == ["hello", "buy"]
    found = sayso("labels", "preview", "@anna", "--json", "--home", home).record
    assert (found["would_hide"], found["from_followed"], found["of_posts"]) == (1, 1, 2)
    assert [one["id"] for one in found["posts"]] == posts[:1]
    assert found["labels"] == {"spam": 1}
    assert "1 would be hidden, 1 of them" in sayso("labels", "preview", "@anna", "--home", home).out
    none = sayso("labels", "preview", "@anna", "--on", "x=hide", "--json", "--home", home).record
    assert none["would_hide"] == 0

    made = sayso("labels", "subscribe", "@anna", "--json", "--home", home).record
    assert (made["account"], made["on"], made["labels"]) == (anna, {}, {"spam": 1})
    assert texts(sayso, home) == ["hello", "buy"]
    made = sayso("labels", "subscribe", anna, "--on", "spam=hide", "--json", "--home", home).record
    assert made["on"] == {"spam": "hide"}
    assert texts(sayso, home) == ["hello"]
    items = sayso("read", "--unfiltered", "--json", "--home", home).records
    assert items[1]["hidden"] == f"spam@{anna}"

    rules = sayso("filter", "list", "--json", "--home", home).records
    assert [(rule["by"], rule["conditions"]) for rule in rules] == [
        (anna, {"label": [f"spam@{anna}"]}),
        (anna, {"list": [f"spam@{anna}"]}),
    ]
    counted = sayso("filter", "stats", "--json", "--home", home).records
    assert [one["posts"] for one in counted] == [1, 0]
    assert sayso("labels", "list", "--json", "--home", home).record["name"] == "anna"
    assert sayso("labels", "unsubscribe", "@anna", "--home", home).code == 0
    assert texts(sayso, home) == ["hello", "buy"]
    again = sayso("labels", "unsubscribe", "@anna", "--home", home)
    assert (again.code, "not subscribed" in again.err) == (1, True)


@long
def test_labels_are_listed_replayed_and_compared(
    sayso: Sayso, home: Path, other: Path, posts: list[str], anna: str, tmp_path: Path
) -> None:
    sayso("label", anna, posts[1][:12], "nice", "--home", other)
    sayso("label", posts[0], "spam", "--off", "--home", other)
    sayso("label", posts[1], "nice", "--home", home)
    carry(sayso, other, home, tmp_path / "more")
    rows = sayso("labels", "list", "@anna", "--json", "--home", home).records
    assert [(row["label"], row["entry"], row["account"]) for row in rows] == [
        ("nice", posts[1], None),
        ("nice", None, anna),
    ]
    assert {row["by"] for row in rows} == {anna}
    then = rows[0]["time"]
    late = sayso("labels", "replay", "@anna", "--until", then, "--json", "--home", home).records
    assert {row["label"] for row in late} == {"nice", "spam"}
    early = sayso("labels", "replay", "@anna", "--until", "2001-01-01", "--home", home)
    assert (early.code, early.out) == (0, "")
    assert "Nothing had a label by that account then" in early.err
    robin = sayso("profile", "--json", "--home", home).record["account"]
    *rows, total = sayso("labels", "compare", "@anna", robin, "--json", "--home", home).records
    assert {(row["entry"], row["account"], row["said_by"]) for row in rows} == {
        (posts[1], None, "both"),
        (None, anna, "first"),
    }
    assert total == {"both": 1, "only_first": 1, "only_second": 0}
    for words in (["list", "@anna"], ["compare", "@anna", robin], ["list"]):
        assert sayso("labels", *words, "--home", home).code == 0
    assert sayso("verify", "--home", home).code == 0


@long
def test_a_list_is_followed_at_once(
    sayso: Sayso, home: Path, other: Path, posts: list[str], anna: str
) -> None:
    robin = sayso("profile", "--json", "--home", home).record["account"]
    sayso("label", anna, robin, "friends", "--home", home)
    done = sayso("follow", "--list", f"friends@{robin}", "--yes", "--json", "--home", home)
    assert [item["account"] for item in done.records] == [anna]
    sayso("label", robin, "people", "--home", other)
    found = sayso("follow", "--list", f"people@{anna}", "--yes", "--json", "--home", other)
    assert found.record["account"] == robin
    assert robin[:12] in sayso("following", "--home", other).out
    for words, code in (
        (["--list", f"nobody@{robin}"], 1),
        (["--list", "friends"], 1),
        ([], 2),
        ([anna, "--list", f"friends@{robin}"], 2),
        (["--list", f"friends@{robin}", "--name", "x"], 2),
    ):
        assert sayso("follow", *words, "--home", home).code == code


def test_by_petname_a_list_has_two_at_signs(
    sayso: Sayso, home: Path, other: Path, posts: list[str], anna: str, tmp_path: Path
) -> None:
    sayso("label", anna, "friends", "--home", other)
    carry(sayso, other, home, tmp_path / "more")
    done = sayso("follow", "--list", "friends@@anna", "--yes", "--json", "--home", home)
    assert done.record["account"] == anna


def test_what_is_wrong_is_said(sayso: Sayso, home: Path, posts: list[str], anna: str) -> None:
    stranger = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    for words, code, said in (
        (["label", posts[0], "a@b"], 1, "no name of a label"),
        (["label", posts[0], "x" * 65], 1, "at most 64 bytes"),
        (["label", "00000000", "x"], 1, "no entry"),
        (["label", posts[0]], 2, "required"),
        (["labels", "preview", stranger], 1, f"labels subscribe {stranger}"),
        (["labels", "list", stranger], 1, "nothing of"),
        (["labels", "subscribe", anna, "--on", "spam=kill"], 1, "one of show"),
        (["labels", "replay", anna, "--until", "soon"], 2, "soon"),
    ):
        done = sayso(*words, "--home", home)
        assert (done.code, said in done.err) == (code, True), done
    assert not (home / "filters.toml").exists()


def test_an_account_without_labels_is_said_to_have_none(sayso: Sayso, home: Path) -> None:
    own = sayso("profile", "--json", "--home", home).record["account"]
    none = sayso("labels", "list", own, "--home", home)
    assert (none.code, none.out) == (0, "")
    assert none.err.startswith("Nothing has a label by that account")

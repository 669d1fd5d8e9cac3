"""`sayso ledger`: what rules do, and taking one back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.filters import ledger
from sayso_storage.sqlite import SqliteStore

from ..conftest import Sayso


@pytest.fixture
def with_anna(sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path) -> str:
    """Robin follows Anna, has five posts of hers, and three rules."""
    for text in ("cats", "Casino tonight", "dogs", "casino again", "bet and casino"):
        sayso("post", text, "--home", other)
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    sayso("follow", anna, "--name", "annie", "--home", home)
    assert sayso("import", tmp_path / "bundle", "--home", home).code == 0
    for action, words, name in (("hide", "casino", "bets"), ("fold", "dogs,bet", "dogs")):
        line = ["filter", "add", "--action", action, "--words", words, "--name", name]
        assert sayso(*line, "--because", "noise", "--home", home).code == 0
    return anna


def items(sayso: Sayso, home: Path, *words: object) -> list[tuple[str, str | None, str]]:
    done = sayso("ledger", *words, "--home", home, "--json")
    assert (done.code, done.err) == (0, "")
    return [(one["what"], one.get("text"), one["rule"]) for one in done.records]


HIDDEN = [
    ("hidden", "bet and casino", "bets"),
    ("hidden", "casino again", "bets"),
    ("folded", "dogs", "dogs"),
    ("hidden", "Casino tonight", "bets"),
]


@long
def test_the_ledger_has_all_that_rules_do(sayso: Sayso, home: Path, with_anna: str) -> None:
    assert items(sayso, home) == HIDDEN
    assert items(sayso, home, "--rule", "dogs") == HIDDEN[2:3]
    assert items(sayso, home, "--limit", 4) == HIDDEN
    assert items(sayso, home, "--since", "2100-01-01") == []
    unfiltered = sayso("read", "--unfiltered", "--home", home, "--json").records
    by_rules = {one["id"] for one in unfiltered if one["hidden"] or one["folded"]}
    listed = sayso("ledger", "--home", home, "--json").records
    assert {one["id"] for one in listed} == by_rules
    assert {(one["by"], one["because"]) for one in listed} == {("owner", "noise")}
    assert "by bets (noise)" in sayso("ledger", "--home", home).out


def test_the_ledger_goes_on_where_a_page_ended(sayso: Sayso, home: Path, with_anna: str) -> None:
    seen, before = [], list[object]()
    for _ in range(2):
        *lines, more = sayso("ledger", *before, "--limit", 2, "--home", home, "--json").records
        if more["what"] != "more":
            lines.append(more)
        seen += [(one["what"], one.get("text"), one["rule"]) for one in lines]
        assert len(lines) == 2
        before = ["--before", more.get("before")]
    assert seen == HIDDEN
    assert "before" not in more
    told = sayso("ledger", "--limit", 2, "--home", home).err
    assert f"There may be more: `sayso ledger --before {lines_before(sayso, home)}`." in told


def lines_before(sayso: Sayso, home: Path) -> str:
    before: str = sayso("ledger", "--limit", 2, "--home", home, "--json").records[-1]["before"]
    return before


def test_a_page_looks_at_so_many_posts_alone(
    sayso: Sayso, home: Path, with_anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LOOKED_AT", 2)
    monkeypatch.setattr(ledger, "LOOKED_AT_TOGETHER", 2)
    first = sayso("ledger", "--rule", "dogs", "--home", home, "--json").records
    assert [one["what"] for one in first] == ["more"]
    line = ["ledger", "--rule", "dogs", "--before", first[0]["before"]]
    second = sayso(*line, "--home", home, "--json").records
    assert [one["what"] for one in second] == ["folded", "more"]


def test_without_rules_nothing_is_read(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sayso("post", "one", "--home", home)
    monkeypatch.setattr(SqliteStore, "timeline", None)
    assert "Nothing is hidden" in sayso("ledger", "--home", home).err


def test_undo_brings_posts_back(sayso: Sayso, home: Path, with_anna: str) -> None:
    texts = [one["text"] for one in sayso("read", "--home", home, "--json").records]
    assert texts == ["dogs", "cats"]
    done = sayso("ledger", "undo", "bets", "--home", home, "--json").record
    assert (done["name"], done["shown"], done["folded"]) == ("bets", 2, 1)
    assert items(sayso, home) == [("folded", "bet and casino", "dogs"), ("folded", "dogs", "dogs")]
    assert len(sayso("read", "--home", home, "--json").records) == 5


@long
def test_undo_by_an_entry_that_a_rule_hides(sayso: Sayso, home: Path, with_anna: str) -> None:
    folded = sayso("ledger", "--rule", "dogs", "--home", home, "--json").record["id"]
    done = sayso("ledger", "undo", folded[:10], "--home", home)
    assert "1 post now shown" in done.out and "dogs" in done.out
    assert [one for one in items(sayso, home) if one[2] == "dogs"] == []
    again = sayso("ledger", "undo", folded, "--home", home)
    assert (again.code, "no rule hides" in again.err) == (1, True)
    assert sayso("ledger", "undo", "nothing", "--home", home).code == 1
    assert sayso("ledger", "redo", "bets", "--home", home).code == 2


@long
def test_a_blocked_account(sayso: Sayso, home: Path, with_anna: str) -> None:
    sayso("block", "@annie", "--home", home)
    found = sayso("ledger", "--home", home, "--json").records
    first = found[0]
    assert (first["what"], first["account"], first["rule"]) == (
        "not carried",
        with_anna,
        f"drop {with_anna}",
    )
    assert (first["followed"], first["because"]) == (True, "blocked")
    assert first["held"] >= 6
    assert {one["what"] for one in found[1:]} == {"hidden"} and len(found) == 6
    assert "not carried  @annie  by drop @annie (blocked)" in sayso("ledger", "--home", home).out
    done = sayso("ledger", "undo", f"drop {with_anna}", "--home", home, "--json").record
    assert (done["accounts"], done["shown"]) == ([with_anna], 0)
    done = sayso("ledger", "undo", f"block {with_anna}", "--home", home, "--json").record
    assert (done["accounts"], done["shown"], done["folded"]) == ([], 1, 1)
    assert items(sayso, home) == HIDDEN


def test_an_account_that_is_not_followed(sayso: Sayso, home: Path, anna: str) -> None:
    sayso("block", anna, "--home", home)
    record = sayso("ledger", "--home", home, "--json").record
    assert (record["account"], record["followed"], record["held"]) == (anna, False, 0)


def test_without_rules_there_is_nothing(sayso: Sayso, home: Path) -> None:
    done = sayso("ledger", "--home", home)
    assert (done.code, done.out) == (0, "")
    assert "Nothing is hidden" in done.err


def test_nothing_of_a_blocked_account_is_imported(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    sayso("post", "cats", "--home", other)
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    sayso("follow", anna, "--home", home)
    sayso("block", anna, "--home", home)
    for words in ((), ("--follow",)):
        done = sayso("import", tmp_path / "bundle", *words, "--home", home, "--json").record
        assert (done["entries"], done["refused"]) == (0, {"its account is blocked": 1})
    sayso("unblock", anna, "--home", home)
    assert sayso("import", tmp_path / "bundle", "--home", home, "--json").record["entries"] == 3

"""`sayso why`, for people and for programs."""

from __future__ import annotations

import re
from pathlib import Path

from tests.budget import long

from ..conftest import Sayso


@long
def test_why_for_people(sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path) -> None:
    for text in ("cats", "Casino \x1b[31mtonight"):
        assert sayso("post", text, "--home", other).code == 0
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    sayso("follow", anna, "--name", "annie", "--home", home)
    assert sayso("import", tmp_path / "bundle", "--home", home).code == 0
    casino, cats = sayso("read", "--home", home, "--json").records
    plain = sayso("why", cats["id"], "--home", home)
    assert "shown" in plain.out and "no rule was asked" in plain.out
    assert "you follow  @annie  since  20" in plain.out
    line = ["filter", "add", "--name", "bets", "--action", "hide", "--words", "casino"]
    sayso(*line, "--home", home)
    sayso("filter", "add", "--action", "fold", "--rate", "9", "--home", home)
    hidden = sayso("why", casino["id"][:10], "--home", home)
    assert "hidden by bets" in hidden.out and "\x1b" not in hidden.out
    assert "1. hide  bets    applies: casino" in hidden.out
    assert "2. fold  rule 2  an earlier rule has decided" in hidden.out
    assert "no: rate is" in sayso("why", cats["id"], "--home", home).out
    assert sayso("why", casino["id"], "--home", home, "--json").record["shown"] is False
    sayso("labels", "subscribe", "@annie", "--home", home)
    assert "you subscribe to the labels of  @annie" in sayso("why", cats["id"], "--home", home).out
    own = sayso("post", "mine", "--home", home, "--json").record["id"]
    assert "your own" in sayso("why", own, "--home", home).out


def test_the_score_under_a_view(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    assert sayso("post", "casino", "--tag", "beans", "--home", other).code == 0
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    sayso("follow", anna, "--home", home)
    assert sayso("import", tmp_path / "bundle", "--home", home).code == 0
    boost = ["filter", "add", "--name", "beans", "--action", "boost", "--points", "50"]
    assert sayso(*boost, "--tag", "beans", "--home", home).code == 0
    assert sayso("view", "add", "mine", "length * 2 + 7 / replies", "--home", home).code == 0
    (post,) = sayso("read", "--home", home, "--json").records
    found = sayso("why", post["id"], "--view", "mine", "--home", home, "--json").record["score"]
    assert [(one["term"], one["value"]) for one in found] == [
        ("length * 2", 12),
        ("7 / replies", None),
        ("rule beans", 50),
    ]
    assert found[1]["failure"] and found[0]["failure"] is None
    shown = sayso("why", post["id"], "--view", "mine", "--home", home).out
    assert re.search(r"length \* 2 +12", shown) and found[1]["failure"] in shown
    assert sayso("why", post["id"], "--home", home, "--json").record["score"] == []
    assert sayso("why", post["id"], "--view", "none", "--home", home).code == 1


def test_wrong_words(sayso: Sayso, home: Path) -> None:
    assert sayso("why", "abcdefab", "--home", home).code == 1
    assert sayso("why", "abcdefab", "--at", "someday", "--home", home).code == 2
    own = sayso("post", "mine", "--home", home, "--json").record["id"]
    (home / "filters.toml").write_text("[[rule]]\naction = 'hid'\n")
    (home / "filters.toml").chmod(0o600)
    broken = sayso("why", own, "--home", home)
    assert (broken.code, "line 2" in broken.err) == (1, True)

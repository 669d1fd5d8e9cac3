"""Notifications in words: who did what to which entry, several of one kind in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from ...conftest import Sayso


@pytest.fixture
def crowd(sayso: Sayso, home: Path, tmp_path: Path) -> dict[str, Path]:
    """Five homes that follow Robin, who follows the first four."""
    homes = {name: tmp_path / name for name in ("ada", "bea", "cy", "dan", "eve")}
    robin = sayso("profile", "--home", home, "--json").record["account"]
    for name, place in homes.items():
        assert sayso("init", "--name", name.capitalize(), "--home", place).code == 0
        sayso("follow", robin, "--home", place)
        key = sayso("profile", "--home", place, "--json").record["account"]
        pet = ["--name", name] if name in ("ada", "bea") else []
        sayso("follow", key, *pet, "--home", home)
    return homes


def move(sayso: Sayso, source: Path, *targets: Path) -> None:
    bundle = source / "bundle"
    bundle.unlink(missing_ok=True)
    assert sayso("export", bundle, "--home", source).code == 0
    for target in targets:
        assert sayso("import", bundle, "--home", target).code == 0


def lines(sayso: Sayso, home: Path, *options: str) -> list[str]:
    return sayso("notifications", *options, "--home", home).out.splitlines()


@long
def test_several_who_do_the_same_are_one_line(
    sayso: Sayso, home: Path, crowd: dict[str, Path]
) -> None:
    text = "Who has beans to swap this week, or a spade to lend?"
    entry = sayso("post", text, "--home", home, "--json").record["id"]
    move(sayso, home, *crowd.values())
    for emoji, place in zip(("❤", "❤", "👍", "yes", "❤"), crowd.values(), strict=True):
        sayso("react", entry, emoji, "--home", place)
        sayso("repost", entry, "--home", place)
        move(sayso, place, home)
    reposts, reacted = lines(sayso, home)
    assert "“Eve” z6Mk" in reacted and "@ada" not in reacted
    assert ", “Cy” z6Mk" in reacted and " and 2 more ❤ ×3" in reacted
    assert " 👍 " in reacted and " “yes” " in reacted
    assert "your post “Who has beans to swap this week…” · just now  " in reacted
    assert " and 2 more reposted your post “Who" in reposts
    records = sayso("notifications", "--home", home, "--json").records
    assert len(records) == 10


@long
def test_answers_stand_alone_but_for_those_of_strangers(
    sayso: Sayso, home: Path, crowd: dict[str, Path]
) -> None:
    entry = sayso("post", "mine", "--home", home, "--json").record["id"]
    move(sayso, home, *crowd.values())
    for name, place in crowd.items():
        sayso("post", f"{name} says so", "--reply", entry, "--home", place)
        move(sayso, place, home)
    assert len([line for line in lines(sayso, home) if "answered your post “mine”" in line]) == 5
    for name in ("cy", "dan"):
        key = sayso("profile", "--home", crowd[name], "--json").record["account"]
        sayso("unfollow", key, "--home", home)
    told = lines(sayso, home)
    [strangers] = [line for line in told if "that you do not follow" in line]
    assert strangers.startswith("2 accounts that you do not follow answered your post “mine”")
    assert f"`sayso thread {entry[:12]}`" in strangers
    assert not any("cy says so" in line for line in told)
    assert any("ada says so" in line for line in told)
    assert len(sayso("notifications", "--home", home, "--json").records) == 5


@long
def test_what_a_rule_folds_is_not_grouped(sayso: Sayso, home: Path, crowd: dict[str, Path]) -> None:
    entry = sayso("post", "mine", "--home", home, "--json").record["id"]
    move(sayso, home, *crowd.values())
    for place in crowd.values():
        sayso("react", entry, "❤", "--home", place)
        move(sayso, place, home)
    ada = sayso("profile", "@ada", "--home", home, "--json").record["account"]
    (home / "filters.toml").write_text(f"[[rule]]\naction='fold'\naccount='{ada}'\n")
    told = lines(sayso, home)
    assert len([line for line in told if "(folded by rule 1)" in line]) == 1
    assert len(told) == 2
    assert len(lines(sayso, home, "--unfiltered")) == 1

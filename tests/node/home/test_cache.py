"""What is remembered of `filters.toml` is what the file says, or nothing."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from tests.budget import long
from tests.protocol.filters.support import ANNA, BEN
from tests.protocol.filters.test_rule_engine import RULES

from sayso_node.filters import file
from sayso_node.filters.edit import mute
from sayso_node.filters.file import FiltersError, load_rules
from sayso_node.home import cache
from sayso_node.home.directory import Home
from sayso_protocol.filters.rules import Rules
from sayso_protocol.filters.rules_codec import pack_rules, unpack_rules
from sayso_protocol.filters.syntax.parser import read_rules

EVERYTHING = f"""
[lists.friends]
accounts = ["{ANNA}", "{BEN}"]

[lists.nobody]

[[labeller]]
account = "{BEN}"
on = {{ spam = "hide", cats = "boost:5", odd = "show" }}

[[rule]]
name = "one"
action = "hide"
words = ["casino", "free money", "抽奖"]
older = "3d"
not = [{{ tag = "satire" }}, {{ distance = 2, lang = "" }}]
until = 2026-12-31
because = "so"

[[rule]]
action = "boost"
points = -7
list = "friends"
through = false
"""
LONG = EVERYTHING + "".join(
    f"[[rule]]\naction = 'fold'\nwords = 'word{number}'\n" for number in range(400)
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    home.filters.write_text(LONG)
    home.filters.chmod(0o600)
    return home


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was read as TOML."""
    seen: list[bytes] = []

    def read(data: bytes) -> Rules:
        seen.append(data)
        return read_rules(data)

    monkeypatch.setattr(file, "_read", read)
    return seen


def test_rules_come_back_as_they_were() -> None:
    rules = read_rules(EVERYTHING.encode())
    assert len(rules.rules) == 6 and rules.labellers
    assert unpack_rules(pack_rules(rules)) == rules


@long
@given(RULES)
def test_all_rules_come_back_as_they_were(rules: Rules) -> None:
    again = unpack_rules(pack_rules(rules))
    assert again == rules
    assert [rule.action.name for rule in again.rules] == [rule.action.name for rule in rules.rules]


def test_a_file_is_read_once(home: Home, reads: list[bytes]) -> None:
    first = load_rules(home)
    assert load_rules(home) == first == read_rules(LONG.encode())
    assert len(reads) == 1
    assert home.filters_cache.stat().st_mode & 0o777 == 0o600


def test_a_short_file_is_not_cached(home: Home, reads: list[bytes]) -> None:
    home.filters.write_text(EVERYTHING)
    assert load_rules(home) == load_rules(home)
    assert len(reads) == 2 and not home.filters_cache.exists()


def test_another_text_is_read_anew(home: Home, reads: list[bytes]) -> None:
    load_rules(home)
    other = LONG.replace("word399'", "word398x'")
    home.filters.write_text(other)
    assert load_rules(home) == read_rules(other.encode())
    home.filters.write_text(LONG)
    assert load_rules(home) == read_rules(LONG.encode())
    assert len(reads) == 3


def test_what_commands_change_is_cached(home: Home, reads: list[bytes]) -> None:
    from tests.node.support import Person

    robin, ben = Person("robin"), Person("ben")
    rule = mute(home, robin.store, ben.account, None)
    before = len(reads)
    assert load_rules(home).rules[0] == rule
    assert len(reads) == before


def test_a_mistake_is_told_again_and_again(home: Home) -> None:
    load_rules(home)
    home.filters.write_text(LONG + "[[rule]]\n")
    for _ in range(2):
        with pytest.raises(FiltersError, match="2 mistakes"):
            load_rules(home)


def test_another_version_reads_anew(
    home: Home, reads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_rules(home)
    monkeypatch.setattr(file, "VERSION", "rules 0")
    assert load_rules(home) == read_rules(LONG.encode())
    assert len(reads) == 2


@long
def test_whatever_is_spoilt_is_read_anew(home: Home, reads: list[bytes]) -> None:
    rules = load_rules(home)
    whole, chance = home.filters_cache.read_bytes(), random.Random(1)
    spoilt = [whole[:0], whole[:10], whole[:-1], whole + b"\0"]
    for at in (0, 31, 32, *(chance.randrange(len(whole)) for _ in range(20))):
        spoilt.append(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
    for number, data in enumerate(spoilt, 2):
        home.filters_cache.write_bytes(data)
        assert load_rules(home) == rules
        assert len(reads) == number
        assert home.filters_cache.read_bytes() == whole


@pytest.mark.parametrize("what", ["group-writable", "writable", "link", "pipe", "directory"])
def test_only_a_private_file_counts(
    what: str, home: Home, reads: list[bytes], tmp_path: Path
) -> None:
    rules = load_rules(home)
    match what:
        case "group-writable":
            home.filters_cache.chmod(0o620)
        case "writable":
            home.filters_cache.chmod(0o602)
        case "link":
            home.filters_cache.rename(tmp_path / "elsewhere")
            home.filters_cache.symlink_to(tmp_path / "elsewhere")
        case "pipe":
            home.filters_cache.unlink()
            os.mkfifo(home.filters_cache, 0o600)
        case "directory":
            home.filters_cache.unlink()
            home.filters_cache.mkdir()
    assert load_rules(home) == rules
    assert len(reads) == 2


def test_where_nothing_can_be_written_rules_are_read(
    home: Home, reads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "new_file", full)
    assert load_rules(home) == load_rules(home) == read_rules(LONG.encode())
    assert len(reads) == 2

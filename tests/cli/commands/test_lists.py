"""`sayso lists`, and what those on a list write."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.crypto.keys import KeyPair, key_text

from ..conftest import Sayso

KEY = key_text(KeyPair.from_seed(b"l" * 32).public)


def test_lists_are_made_changed_and_removed(sayso: Sayso, home: Path) -> None:
    at = ["--home", home]
    none = sayso("lists", "show", *at)
    assert (none.out, "sayso lists add" in none.err) == ("", True)
    made = sayso("lists", "add", "friends", KEY, *at, "--json").record
    assert made == {"list": "friends", "accounts": [KEY]}
    own = sayso("profile", *at, "--json").record["account"]
    both = sayso("lists", "add", "friends", own, KEY, *at, "--json").record
    assert both["accounts"] == sorted([KEY, own])
    assert sayso("lists", "show", *at).out.split() == ["friends", "2", "accounts"]
    assert KEY[:12] in sayso("lists", "show", "friends", *at).out
    assert sayso("lists", "remove", "friends", own, *at, "--json").record == made
    renamed = sayso("lists", "rename", "friends", "old friends", *at, "--json").record
    assert renamed == {"list": "old friends", "accounts": [KEY]}
    assert '[lists."old friends"]' in (home / "filters.toml").read_text()
    unknown = sayso("lists", "show", "friends", *at)
    assert unknown.code == 1 and "sayso lists show" in unknown.err
    assert sayso("lists", "remove", "old friends", *at).code == 0
    assert sayso("lists", "show", *at, "--json").records == []


def test_a_list_that_a_rule_names_stays(sayso: Sayso, home: Path) -> None:
    at = ["--home", home]
    sayso("lists", "add", "loud", KEY, *at)
    with (home / "filters.toml").open("a") as file:
        file.write('[[rule]]\naction = "fold"\nlist = "loud"\n')
    done = sayso("lists", "remove", "loud", *at)
    assert done.code == 1 and "loud" in done.err
    assert [one["list"] for one in sayso("lists", "show", *at, "--json").records] == ["loud"]


def test_a_list_is_read(sayso: Sayso, home: Path) -> None:
    at = ["--home", home]
    own = sayso("profile", *at, "--json").record["account"]
    for text in ("first", "second"):
        sayso("post", text, *at)
    sayso("lists", "add", "mine", own, *at)
    sayso("lists", "add", "others", KEY, *at)
    read = sayso("read", "--list", "mine", *at, "--json").records
    assert [one["text"] for one in read] == ["second", "first"]
    assert len(sayso("read", "--list", "mine", "--limit", "1", *at, "--json").records) == 1
    assert sayso("read", "--list", "others", *at, "--json").records == []
    assert sayso("read", "--list", "mine", "--author", KEY, *at, "--json").records == []
    assert sayso("read", "--list", "mine", "--author", own, *at, "--json").records == read
    assert sayso("read", "--list", "none", *at).code == 1
    assert sayso("read", "--list", "mine", "--view", "replies", *at).code == 2


def test_a_list_of_very_many_is_read_from_the_whole_timeline(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso_node.timeline import merged
    from sayso_node.timeline.reader import TimelineReader, TimelineRequest

    sayso("post", "hello", "--home", home)
    own = sayso("profile", "--home", home, "--json").record["account"]
    request = TimelineRequest(5, among=frozenset({own, KEY}))
    with open_home(Home(home)) as store:
        few = list(TimelineReader(store, Home(home)).timeline(request))
        monkeypatch.setattr(merged, "MOST_MERGED", 1)
        many = list(TimelineReader(store, Home(home)).timeline(request))
    assert [one.text for one in few] == [one.text for one in many] == ["hello"]

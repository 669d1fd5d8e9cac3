import json
import sqlite3
from pathlib import Path

import pytest
from tests.budget import long, rounds
from tests.testdata import data_file

from sayso_node.timeline import search
from sayso_storage.sqlite.words import text_search

from ..conftest import Sayso


@pytest.fixture
def posts(sayso: Sayso, home: Path) -> list[str]:
    """Ids of three posts, oldest first."""
    texts = ["Fresh bread at the harbour #sea", "Stale bread", "我是中国人"]
    made = [sayso("post", text, "--home", home, "--json") for text in texts]
    return [done.record["id"] for done in made]


def found(sayso: Sayso, home: Path, *words: object) -> list[str]:
    done = sayso("search", "--home", home, "--json", *words)
    assert (done.code, done.err) == (0, "")
    return [item["id"] for item in done.records]


def test_search_gives_entries_as_read_does(sayso: Sayso, home: Path, posts: list[str]) -> None:
    read = sayso("read", "--home", home, "--json").records
    assert sayso("search", "bread", "--home", home, "--json").records == read[1:]
    assert found(sayso, home, "bread", "--limit", 1) == posts[1:2]


def test_what_is_found_goes_by_the_rules(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    assert sayso("post", "casino tonight", "--home", other).code == 0
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    sayso("follow", anna, "--home", home)
    assert sayso("import", tmp_path / "bundle", "--home", home).code == 0
    (post,) = found(sayso, home, "casino")
    assert sayso("mute", anna, "--home", home).code == 0
    assert found(sayso, home, "casino") == []
    assert found(sayso, home, "casino", "--unfiltered") == [post]


@pytest.fixture
def _hardly_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search itself indexes nothing, and reads one text that is not indexed."""
    monkeypatch.setattr(search, "INDEXING_SECONDS", 0.0)
    monkeypatch.setattr(search, "COMPLETE", 1)
    monkeypatch.setattr(text_search, "UNINDEXED", 1)


@pytest.mark.usefixtures("_hardly_indexed")
def test_what_is_not_indexed_yet_is_told(sayso: Sayso, home: Path, posts: list[str]) -> None:
    share = {"indexed": 0, "entries": 5}  # the feed begins with two others
    assert sayso("search", "bread", "--home", home, "--json").records == [share]
    done = sayso("search", "bread", "--home", home)
    assert "Only 0 of 5 entries are indexed yet: --all indexes the rest first." in done.err
    assert sayso("search", "lang:fi", "--home", home, "--json").records == []  # no words
    assert len(found(sayso, home, "bread", "--all")) == 2
    assert len(found(sayso, home, "bread")) == 2


def test_where_much_is_missing_a_search_indexes_little(
    sayso: Sayso, home: Path, posts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COMPLETE", 1)
    monkeypatch.setattr(search, "LITTLE_SECONDS", 0.0)
    monkeypatch.setattr(search, "WITHIN_REACH", 4)  # five are missing
    (found_one, found_two, share) = sayso("search", "bread", "--home", home, "--json").records
    assert share == {"indexed": 0, "entries": 5}
    monkeypatch.setattr(search, "WITHIN_REACH", 5)
    monkeypatch.setattr(search, "INDEXING_SECONDS", 60.0)
    records = sayso("search", "bread", "--home", home, "--json").records
    assert records == [found_one, found_two]


def test_what_can_be_typed(sayso: Sayso, home: Path, posts: list[str]) -> None:
    own = sayso("profile", "--home", home, "--json").record["account"]
    fresh, stale, china = posts
    assert found(sayso, home, "fresh", "bread") == [fresh]
    assert found(sayso, home, '"bread fresh"') == []
    assert found(sayso, home, "bread -fresh") == [stale]
    assert found(sayso, home, "harb* OR 中国") == [china, fresh]
    assert found(sayso, home, f"bread tag:SEA since:1h author:{own[:12]}") == [fresh]
    assert found(sayso, home, "bread since:2100-01-01") == []


@long
def test_filters_need_no_words(sayso: Sayso, home: Path, posts: list[str]) -> None:
    own = sayso("profile", "--home", home, "--json").record["account"]
    more = [
        sayso("post", text, "--lang", lang, "--home", home, "--json").record["id"]
        for text, lang in (("Pão fresco", "pt-BR"), ("Pan fresco", "es"), ("Pão #sea", "PT"))
    ]
    sayso("repost", posts[0], "--home", home)
    everything = [*reversed(more), *reversed(posts)]
    assert found(sayso, home, f"from:{own[:12]}") == everything
    assert found(sayso, home, "tag:sea") == [more[2], posts[0]]
    assert found(sayso, home, "lang:pt") == [more[2], more[0]]
    assert found(sayso, home, "lang:PT-br") == [more[0]]
    assert found(sayso, home, "fresco lang:es") == [more[1]]
    assert found(sayso, home, "fresco -pan lang:pt") == [more[0]]
    assert found(sayso, home, "-bread tag:sea") == [more[2]]
    assert found(sayso, home, "since:1h") == everything
    assert found(sayso, home, "until:1h") == []
    assert found(sayso, home, "until:2100-01-01 -fresco -bread") == [more[2], posts[2]]
    assert found(sayso, home, "until:2100-01-01 tag:sea", "--limit", 1) == [more[2]]
    assert found(sayso, home, "bread until:2100-01-01") == [posts[1], posts[0]]


def test_search_for_people(sayso: Sayso, home: Path, posts: list[str]) -> None:
    done = sayso("search", "stale", "--home", home)
    assert (done.code, "Stale bread" in done.out, done.err) == (0, True, "")
    done = sayso("search", "cake", "--home", home)
    assert (done.code, done.out, "Nothing found" in done.err) == (0, "", True)


@pytest.mark.parametrize(
    "query",
    [
        "-bread",
        '"',
        "tag:",
        "bread since:never",
        "bread until:soon",
        "tags:sea",
        "lang:english!",
        "since:1h until:2h",
        "a" * 2000,
    ],
)
def test_wrong_searches_are_wrong_usage(sayso: Sayso, home: Path, query: str) -> None:
    done = sayso("search", "--home", home, "--", query)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert sayso("search", "--home", home).code == 2


def test_an_unknown_author_is_said(sayso: Sayso, home: Path, anna: str) -> None:
    done = sayso("search", f"bread author:{anna}", "--home", home)
    assert (done.code, "follow it first" in done.err) == (1, True)


def test_only_who_is_followed_is_found(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    sayso("post", "Anna's bread", "--home", other)
    sayso("export", tmp_path / "b", "--home", other)
    sayso("follow", anna, "--home", home)
    sayso("import", tmp_path / "b", "--home", home)
    assert len(found(sayso, home, "bread")) == 1
    sayso("unfollow", anna, "--home", home)
    assert found(sayso, home, "bread") == []


def test_verify_throws_a_damaged_index_away(sayso: Sayso, home: Path, posts: list[str]) -> None:
    assert len(found(sayso, home, "bread")) == 2
    with sqlite3.connect(home / "store.sqlite") as db:
        db.execute("INSERT INTO words (words) VALUES ('delete-all')")
    db.close()
    assert found(sayso, home, "bread") == []
    done = sayso("verify", "--home", home)
    assert (done.code, "makes it anew" in done.err) == (1, True)
    assert sayso("verify", "--home", home).code == 0
    assert len(found(sayso, home, "bread")) == 2


@long
@pytest.mark.data
def test_no_string_breaks_it(sayso: Sayso, home: Path, posts: list[str]) -> None:
    strings = json.loads(data_file("naughty_strings.json").read_text(encoding="utf-8"))
    for text in strings[:: rounds(1, 4)]:
        done = sayso("search", "--home", home, "--json", "--", text)
        assert done.code in (0, 2), text
        if done.code == 2:
            assert json.loads(done.err)["code"] == "usage"

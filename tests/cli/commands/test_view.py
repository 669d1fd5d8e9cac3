"""`read --view` and the commands about views."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long
from tests.protocol.views.support import fact  # noqa: F401 - skips where there is no engine

from ..conftest import Sayso


@pytest.fixture
def views(home: Path) -> Path:
    return home / "views.toml"


@pytest.fixture
def with_anna(sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path) -> str:
    """Robin follows Anna, and has her posts and the view that she offers."""
    for text in ("a long post about cats", "short", "one of middle size"):
        sayso("post", text, "--home", other)
    sayso(
        "view", "add", "long", "length // characters\n+ 0", "--about", "long ones", "--home", other
    )
    assert sayso("view", "publish", "long", "--home", other).code == 0
    bring(sayso, home, other, tmp_path)
    sayso("follow", anna, "--name", "anna", "--home", home)
    bring(sayso, home, other, tmp_path)
    return anna


def bring(sayso: Sayso, home: Path, other: Path, tmp_path: Path) -> None:
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    sayso("import", tmp_path / "bundle", "--home", home)


def texts(sayso: Sayso, home: Path, *words: str) -> list[str]:
    done = sayso("read", "--json", *words, "--home", home)
    assert (done.code, done.err) == (0, "")
    return [item["text"] for item in done.records]


def heads_of(shown: str) -> list[str]:
    """The first line of each entry."""
    return [entry.splitlines()[0] for entry in shown.split("\n\n") if entry]


LONG = ["a long post about cats", "one of middle size", "short"]


@long
def test_add_show_read_remove(sayso: Sayso, home: Path, views: Path, with_anna: str) -> None:
    added = sayso("view", "add", "long", "length", "--about", "x", "--home", home, "--json")
    assert added.record == {
        "name": "long", "about": "x", "expression": "length", "by": None, "of": "own",
    }  # fmt: skip
    assert texts(sayso, home) == LONG[1:] + LONG[:1]
    assert texts(sayso, home, "--view", "long") == LONG
    assert texts(sayso, home, "--view", "long", "--limit", "1") == LONG[:1]
    assert texts(sayso, home, "--view", "newest") == texts(sayso, home)
    items = sayso("read", "--view", "long", "--home", home, "--json").records
    assert [item["score"] for item in items] == [22, 18, 5]
    heads = heads_of(sayso("read", "--view", "long", "--home", home).out)
    assert [head.rpartition("  ")[2] for head in heads] == ["score 22", "score 18", "score 5"]
    assert "score" not in sayso("read", "--home", home).out
    again = sayso("view", "add", "long", "1", "--home", home)
    assert (again.code, "already" in again.err) == (1, True)
    assert sayso("view", "remove", "long", "--home", home, "--json").record["name"] == "long"
    assert views.read_text() == ""
    for words in (["view", "remove", "long"], ["view", "show", "long"], ["read", "--view", "long"]):
        done = sayso(*words, "--home", home, "--json")
        assert (done.code, json.loads(done.err)["code"]) == (1, "not-found")


@long
def test_a_post_without_a_score_says_so(sayso: Sayso, home: Path, with_anna: str) -> None:
    sayso("view", "add", "odd", "length / (length - 5)", "--home", home)
    heads = heads_of(sayso("read", "--view", "odd", "--home", home).out)
    assert [head.rpartition("  ")[2] for head in heads] == ["score 1", "score 1", "no score"]


@long
def test_shipped_views(sayso: Sayso, home: Path, with_anna: str) -> None:
    listed = sayso("view", "list", "--home", home, "--json").records
    assert [(one["name"], one["of"]) for one in listed] == [
        ("newest", "sayso"), ("catch-up", "sayso"), ("quiet", "sayso"), ("civil", "sayso"),
    ]  # fmt: skip
    for view in listed:
        assert sorted(texts(sayso, home, "--view", view["name"])) == sorted(LONG)
        shown = sayso("view", "show", view["name"], "--home", home, "--json").record
        assert shown["terms"] and shown["expression"] == view["expression"]
    kept = sayso("view", "remove", "quiet", "--home", home)
    assert (kept.code, "comes with sayso" in kept.err) == (1, True)
    sayso("view", "add", "quiet", "length", "--home", home)
    assert texts(sayso, home, "--view", "quiet") == LONG
    named = sayso("view", "list", "--home", home, "--json").records
    assert [(one["name"], one["of"]) for one in named][-1] == ("quiet", "own")
    assert len(named) == 4


@long
def test_a_file_with_mistakes(sayso: Sayso, home: Path, views: Path, with_anna: str) -> None:
    views.write_text("[views.a]\nexpression = 'replis'\nabuot = 1\n")
    listed = sayso("view", "list", "--home", home, "--json")
    assert listed.code == 1
    assert [(one["line"], one["column"]) for one in listed.records] == [(2, 1), (3, 1)]
    assert f"{views}:2:1: " in sayso("view", "list", "--home", home).out
    done = sayso("read", "--view", "catch-up", "--home", home, "--json")
    assert (done.code, done.out, json.loads(done.err)["code"]) == (1, "", "views")
    assert "did you mean `replies`?" in done.err
    assert texts(sayso, home) == LONG[1:] + LONG[:1]
    assert sayso("view", "add", "b", "1", "--home", home).code == 1
    views.chmod(0o666)
    assert "others can change" in sayso("view", "list", "--home", home).err
    views.unlink()
    views.symlink_to(home / "else")
    assert sayso("view", "list", "--home", home).code == 1


@pytest.mark.parametrize(
    ("name", "expression", "said"),
    [
        ("a", "length * 1.5", "1.5 is a fraction"),
        ("a", "length +", "cannot be read, at 1:9"),
        ("newest", "1", "choose another name"),
        ("a@b", "1", "without @"),
        ("a", "tags.exists(t, t == 'a') ? 1 : 0", "nothing that views know"),
    ],
)
def test_wrong_views(
    name: str, expression: str, said: str, sayso: Sayso, home: Path, views: Path
) -> None:
    done = sayso("view", "add", name, expression, "--home", home)
    assert (done.code, done.err.count("\n"), said in done.err) == (1, 1, True), done.err
    assert not views.exists()


@long
def test_nothing_that_others_offer_applies_before_it_is_adopted(
    sayso: Sayso, home: Path, other: Path, views: Path, with_anna: str, tmp_path: Path
) -> None:
    offer = {
        "name": "long", "about": "long ones", "expression": "length // characters\n+ 0",
        "by": with_anna,
    }  # fmt: skip
    [listed] = sayso("view", "list", "--by", "@anna", "--home", home, "--json").records
    assert listed.pop("time") > "2026"
    assert listed == offer | {"of": "offered"}
    assert sayso("read", "--view", "long", "--home", home).code == 1
    rows = sayso("view", "preview", "long", "--by", "@anna", "--home", home, "--json").records
    assert [(row["text"], row["rank"], row["newest"]) for row in rows] == [
        (LONG[0], 1, 3), (LONG[1], 2, 1), (LONG[2], 3, 2),
    ]  # fmt: skip
    assert not views.exists()
    adopted = sayso("view", "adopt", "@anna", "long", "--home", home, "--json").record
    assert adopted == offer | {"of": "own"}
    assert texts(sayso, home, "--view", "long") == LONG
    before = views.read_bytes()
    # Its author changes it: here nothing changes.
    sayso("view", "remove", "long", "--home", other)
    sayso("view", "add", "long", "0 - length", "--home", other)
    sayso("view", "publish", "long", "--home", other)
    bring(sayso, home, other, tmp_path)
    [listed] = sayso("view", "list", "--by", "@anna", "--home", home, "--json").records
    assert listed["expression"] == "0 - length"
    assert views.read_bytes() == before
    assert texts(sayso, home, "--view", "long") == LONG
    assert sayso("view", "adopt", "@anna", "long", "--home", home).code == 1
    sayso("view", "adopt", "@anna", "long", "--as", "short", "--home", home)
    assert texts(sayso, home, "--view", "short") == LONG[::-1]


def test_a_preview_for_people_has_both_places(sayso: Sayso, home: Path, with_anna: str) -> None:
    sayso("view", "add", "long", "length", "--home", home)
    lines = sayso("view", "preview", "long", "--home", home).out.splitlines()
    assert [line.split()[:2] for line in lines] == [["1", "3"], ["2", "1"], ["3", "2"]]
    assert lines[0].endswith(f"“{LONG[0]}”")


@long
def test_the_order_is_the_same_in_every_process(sayso: Sayso, home: Path, with_anna: str) -> None:
    for number in range(12):
        sayso("post", f"{number} #t{number % 3} #u", "--home", home)
    sayso("view", "add", "odd", "size(tags) * 2 + ('t1' in tags ? 1 : 0)", "--home", home)
    words = ["read", "--view", "odd", "--json", "--home", str(home)]
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "sayso_cli.main", *words],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "33")
    ]
    assert outputs[0] == outputs[1] == outputs[2]
    assert outputs[0].count(b"\n") == 15


LOADED = """
import sys
from sayso_cli.main import main
code = main(sys.argv[1:])
sys.stderr.write(" ".join(sys.modules))
sys.exit(code)
"""


@long
@pytest.mark.parametrize("words", [["read"], ["read", "--view", "newest"], ["view", "list"]])
def test_the_engine_is_loaded_for_rankings_only(words: list[str], home: Path) -> None:
    line = [sys.executable, "-c", LOADED, *words, "--home", str(home)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "cel_expr_python" not in done.stderr.splitlines()[-1].split()
    line[3:] = ["read", "--view", "quiet", "--home", str(home)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "cel_expr_python" in done.stderr.splitlines()[-1].split()


@long
def test_a_slip_in_a_name_is_understood(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    """Views, rules, lists, labels, petnames: whatever is chosen from what is here."""
    sayso("view", "publish", "quiet", "--home", other)
    sayso("label", anna, "friends", "--home", other)
    sayso("export", tmp_path / "bundle", "--home", other)
    sayso("follow", anna, "--name", "Annabella", "--home", home)
    assert sayso("import", tmp_path / "bundle", "--home", home).code == 0
    sayso("filter", "add", "--action", "hide", "--tag", "x", "--name", "no ads", "--home", home)
    sayso("view", "add", "busy", "replies", "--home", home)
    for words, meant in (
        (["read", "--view", "quite"], "`quiet`"),
        (["view", "show", "catchup"], "`catch-up`"),
        (["view", "remove", "busi"], "`busy`"),
        (["view", "adopt", "@Annabella", "qiet"], "`quiet`"),
        (["why", sayso("post", "x", "--home", home).out.split()[1], "--view", "bussy"], "`busy`"),
        (["filter", "remove", "no adds"], "`no ads`"),
        (["ledger", "undo", "no_ads"], "`no ads`"),
        (["follow", "--list", "freinds@@Annabella"], "`friends`"),
        (["labels", "subscribe", "@Annabella", "--on", "spam=hid"], "`hide`"),
        (["mute", "@Anabella"], "@Annabella"),
        (["read", "--author", "@annabela"], "@Annabella"),
        (["export", "x", "--feed", "@Annabelle"], "@Annabella"),
    ):
        done = sayso(*words, "--home", home)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert f"did you mean {meant}?" in done.err, words
    noted = sayso("ledger", "--rule", "no adz", "--home", home)
    assert (noted.code, noted.out, "did you mean `no ads`?" in noted.err) == (0, "", True)
    on = ["--on", "freind=hide"]
    noted = sayso("labels", "preview", "@Annabella", *on, "--home", home)
    assert (noted.code, "did you mean `friends`?" in noted.err) == (0, True)


@pytest.mark.parametrize("typed", ["Caf\u00e9", "Cafe\u0301", "café", "ＣＡＦÉ", "caf\u200bé"])
def test_a_view_is_found_however_its_name_is_typed(typed: str, sayso: Sayso, home: Path) -> None:
    assert sayso("view", "add", "Caf\u00e9", "length", "--home", home).code == 0
    assert sayso("read", "--view", typed, "--home", home).code == 0
    assert sayso("read", "--view", "cafe", "--home", home).code == 1  # accents count in names
    assert sayso("view", "remove", typed, "--home", home).code == 0

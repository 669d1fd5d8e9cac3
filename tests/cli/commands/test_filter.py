"""Mute, block and filter, and what `read` makes of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli.commands.filter.add import add_arguments
from sayso_protocol.filters.conditions import CONDITIONS
from sayso_protocol.filters.rules import Action

from ..conftest import Sayso


@pytest.fixture
def filters(home: Path) -> Path:
    return home / "filters.toml"


@pytest.fixture
def with_anna(sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path) -> str:
    """Robin follows Anna and has her posts: about cats, and about a casino."""
    for text in ("cats #pets", "Casino tonight", "dogs #pets"):
        sayso("post", text, "--home", other)
    bundle = tmp_path / "bundle"
    assert sayso("export", bundle, "--home", other).code == 0
    sayso("follow", anna, "--name", "anna", "--home", home)
    assert sayso("import", bundle, "--home", home).code == 0
    return anna


def texts(sayso: Sayso, home: Path, *words: str) -> list[str]:
    done = sayso("read", "--json", *words, "--home", home)
    assert (done.code, done.err) == (0, "")
    return [item["text"] for item in done.records]


@long
def test_mute_for_a_while_and_unmute(sayso: Sayso, home: Path, with_anna: str) -> None:
    assert len(texts(sayso, home)) == 3
    done = sayso("mute", "@anna", "--for", "7d", "--home", home, "--json")
    assert done.code == 0
    assert done.record["conditions"] == {"account": [with_anna]}
    assert (done.record["action"], done.record["expired"]) == ("hide", False)
    assert done.record["until"] > "2026"
    assert texts(sayso, home) == []
    items = sayso("read", "--unfiltered", "--home", home, "--json").records
    assert {item["hidden"] for item in items} == {f"mute {with_anna}"}
    assert "hidden by mute @anna)" in sayso("read", "--unfiltered", "--home", home).out
    assert sayso("unmute", "@anna", "--home", home, "--json").record == {
        "account": with_anna,
        "muted": False,
    }
    assert len(texts(sayso, home)) == 3
    again = sayso("unmute", "@anna", "--home", home)
    assert (again.code, "not muted" in again.err) == (1, True)


def test_block_and_unblock(sayso: Sayso, home: Path, with_anna: str) -> None:
    actions = [r["action"] for r in sayso("block", with_anna, "--home", home, "--json").records]
    assert actions == ["hide", "drop"]
    assert texts(sayso, home) == []
    assert sayso("unblock", "@anna", "--home", home, "--json").record["blocked"] is False
    assert len(texts(sayso, home)) == 3
    assert sayso("filter", "list", "--home", home, "--json").records == []


@long
def test_who_is_muted_or_blocked_is_told_where_one_looks(
    sayso: Sayso, home: Path, with_anna: str
) -> None:
    def hidden_by() -> list[str | None]:
        return [one["hidden_by"] for one in sayso("following", "--home", home, "--json").records]

    assert hidden_by() == [None]
    assert "already" not in sayso("mute", "@anna", "--home", home).out
    assert hidden_by() == ["mute"]
    assert sayso("following", "--home", home).out.rstrip().endswith("entries  muted")
    assert sayso("mute", with_anna, "--home", home).out.startswith("muted already\n")
    assert "already" not in sayso("block", "@anna", "--home", home).out
    assert hidden_by() == ["block"]
    assert sayso("block", "@anna", "--home", home).out.startswith("blocked already\n")
    assert sayso("mute", "@anna", "--home", home).out.startswith("blocked already, now muted too\n")
    sayso("unblock", "@anna", "--home", home)
    assert hidden_by() == ["mute"]
    sayso("unmute", "@anna", "--home", home)
    assert hidden_by() == [None]


def test_wrong_words_for_a_mute(sayso: Sayso, home: Path, anna: str) -> None:
    own = sayso("profile", "--home", home, "--json").record["account"]
    assert sayso("mute", own, "--home", home).code == 1
    assert sayso("mute", anna, "--for", "soon", "--home", home).code == 2
    assert sayso("mute", "@nobody", "--home", home).code == 1
    assert sayso("mute", anna, "--home", home).code == 0  # need not be followed


@long
def test_add_list_remove(sayso: Sayso, home: Path, filters: Path, with_anna: str) -> None:
    line = ["filter", "add", "--action", "hide", "--words", "casino, bet", "--name", "no bets"]
    done = sayso(*line, "--because", "noise", "--for", "30d", "--home", home, "--json")
    assert done.code == 0, done.err
    assert done.record["conditions"] == {"words": ["casino", "bet"]}
    assert texts(sayso, home) == ["dogs #pets", "cats #pets"]
    line = ["filter", "add", "--first", "--action", "allow", "--account", "@anna"]
    assert sayso(*line, "--no-through", "--home", home).code == 0
    assert len(texts(sayso, home)) == 3
    listed = sayso("filter", "list", "--home", home, "--json").records
    assert [(one["number"], one["action"], one["through"]) for one in listed] == [
        (1, "allow", False),
        (2, "hide", True),
    ]
    shown = sayso("filter", "list", "--home", home).out
    assert "words:  casino, bet" in shown and "because  noise" in shown
    assert sayso("filter", "remove", "1", "--home", home).code == 0
    assert sayso("filter", "remove", "no bets", "--home", home, "--json").record["number"] == 1
    assert sayso("filter", "remove", "no bets", "--home", home).code == 1
    assert filters.read_text().strip() == ""


GIVEN = {
    "pattern": ("a,b{1,2}", ["a,b{1,2}"]),
    "list": (None, None),
    "older": ("2h", 7200),
    "younger": ("3d", 259_200),
    "account_younger": ("1w", 604_800),
    "media_kind": ("image,video", ["image", "video"]),
    "lang": ("de,pt-BR", ["de", "pt-br"]),
}


@pytest.mark.parametrize("condition", [name for name in CONDITIONS if name != "list"])
def test_every_condition_is_an_option(condition: str, sayso: Sayso, home: Path, anna: str) -> None:
    number = CONDITIONS[condition].__class__.__name__ == "Bound"
    plain = (anna, [anna]) if condition == "account" else ("7", 7) if number else ("ab", ["ab"])
    given, read = GIVEN.get(condition, plain)
    option = "--" + condition.replace("_", "-")
    line = ["filter", "add", "--action", "fold", option, given, "--home", home, "--json"]
    done = sayso(*line)
    assert done.code == 0, done.err
    assert done.record["conditions"] == {condition: read}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--action", "hide"], 2, "name a condition"),
        (["--action", "hid", "--tag", "a"], 2, "--action takes allow, hide"),
        (["--action", "boost", "--tag", "a"], 1, "needs `points`"),
        (["--action", "hide", "--tag", "a", "--points", "3"], 1, "belong to `boost`"),
        (["--action", "hide", "--pattern", "("], 1, "missing )"),
        (["--action", "hide", "--list", "friends"], 1, "no list 'friends'"),
        (["--action", "hide", "--account", "@nobody"], 1, "no account"),
        (["--action", "hide", "--older", "soon"], 1, "duration"),
        (["--action", "hide", "--copies", "x"], 2, "--copies: x is no whole number"),
        (["--action", "hide", "--copies", "1.5"], 2, "--copies: 1.5 is no whole number"),
        (["--action", "boost", "--tag", "a", "--points", "ten"], 2, "ten is no whole number"),
        (["--action", "hide", "--words", ","], 1, "character that can be seen"),
    ],
)
def test_wrong_rules(
    words: list[str], code: int, said: str, sayso: Sayso, home: Path, filters: Path
) -> None:
    done = sayso("filter", "add", *words, "--home", home)
    assert (done.code, done.err.count("\n"), said in done.err) == (code, 1, True), done.err
    assert not filters.exists()


def test_a_file_with_mistakes_shows_neither_all_nor_nothing(
    sayso: Sayso, home: Path, filters: Path, with_anna: str
) -> None:
    filters.write_text('[[rule]]\naction = "hide"\nword = "casino"\n')
    done = sayso("read", "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "line 3, column 1: `word` is not known: did you mean `words`?" in done.err
    error = json.loads(sayso("read", "--json", "--home", home).err)
    assert error["code"] == "filters"
    assert len(texts(sayso, home, "--unfiltered")) == 3
    assert "line 3" in sayso("read", "--unfiltered", "--home", home).err
    listed = sayso("filter", "list", "--home", home, "--json")
    assert listed.code == 1
    assert [(one["line"], one["column"]) for one in listed.records] == [(1, 1), (3, 1)]
    assert f"{filters}:3:1: " in sayso("filter", "list", "--home", home).out
    assert sayso("mute", "@anna", "--home", home).code == 1
    for command in (["filter", "stats"], ["filter", "try", filters]):
        assert sayso(*command, "--home", home).code == 1


def test_folded_is_one_line(sayso: Sayso, home: Path, with_anna: str) -> None:
    line = ["filter", "add", "--action", "fold", "--words", "casino", "--because", "bets"]
    sayso(*line, "--name", "no bets", "--home", home)
    [folded] = [line for line in sayso("read", "--home", home).out.splitlines() if "folded" in line]
    assert folded.startswith("(folded by no bets)  bets  ")
    assert "Casino" not in sayso("read", "--home", home).out
    assert "Casino" in sayso("read", "--unfiltered", "--home", home).out
    items = sayso("read", "--json", "--home", home).records
    assert [item["folded"] for item in items] == [None, "no bets", None]
    assert [item["because"] for item in items] == [None, "bets", None]


def test_try_shows_what_would_change(
    sayso: Sayso, home: Path, filters: Path, with_anna: str, tmp_path: Path
) -> None:
    sayso("filter", "add", "--action", "hide", "--words", "casino", "--home", home)
    before = filters.read_bytes()
    draft = tmp_path / "draft.toml"
    draft.write_text(
        '[[rule]]\nname = "pets"\naction = "hide"\nwords = "cats"\n'
        '[[rule]]\naction = "fold"\nwords = "dogs"\n'
    )
    done = sayso("filter", "try", draft, "--home", home, "--json")
    *changed, total = done.records
    assert [(one["text"], one["was"], one["becomes"]) for one in changed] == [
        ("dogs #pets", "shown", "folded"),
        ("Casino tonight", "hidden", "shown"),
        ("cats #pets", "shown", "hidden"),
    ]
    assert [one["rule"] for one in changed] == ["rule 2", "rule 1", "pets"]
    assert total == {
        "posts": 3,
        "newly_hidden": 1, "newly_folded": 1, "newly_shown": 1,
        "newly_hidden_from_followed": 1,
        "newly_folded_from_followed": 1,
        "newly_shown_from_followed": 1,
    }  # fmt: skip
    shown = sayso("filter", "try", draft, "--limit", 1, "--home", home).out
    assert "1 newly hidden, 1 of them from people you follow" in shown
    assert shown.count("->") == 1
    tomorrow = sayso("filter", "try", draft, "--since", "2999-01-01", "--home", home, "--json")
    assert tomorrow.record["posts"] == 0
    assert filters.read_bytes() == before
    assert sayso("filter", "try", tmp_path / "missing", "--home", home).code == 1
    draft.write_text("[[rule]]\n")
    assert sayso("filter", "try", draft, "--home", home).code == 1


def test_stats_count_what_each_rule_decides(
    sayso: Sayso, home: Path, filters: Path, with_anna: str
) -> None:
    assert sayso("filter", "stats", "--home", home, "--json").records == []
    filters.write_text(
        "[[rule]]\naction='allow'\nwords='dogs'\n"
        "[[rule]]\naction='hide'\nkind='post'\nuntil=2020-01-01\n"
        "[[rule]]\naction='boost'\npoints=5\nkind='post'\n"
        "[[rule]]\naction='hide'\nwords=['cats', 'dogs']\n"
        "[[rule]]\naction='fold'\nwords='zebras'\n"
    )
    found = sayso("filter", "stats", "--home", home, "--json").records
    assert [(one["posts"], one["expired"]) for one in found] == [
        (1, False), (0, True), (2, False), (1, False), (0, False),
    ]  # fmt: skip
    shown = sayso("filter", "stats", "--home", home).out.splitlines()
    assert shown[1].endswith("expired") and shown[4].endswith("decides nothing")


@long
def test_threads_and_notifications_go_by_the_rules(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    root = sayso("post", "a question", "--home", home, "--json").record["id"]
    sayso("export", tmp_path / "mine", "--home", home)
    robin = sayso("profile", "--home", home, "--json").record["account"]
    sayso("follow", robin, "--home", other)
    sayso("import", tmp_path / "mine", "--home", other)
    answer = sayso("post", "an answer", "--reply", root, "--home", other, "--json").record["id"]
    sayso("react", root, "+", "--home", other)
    sayso("export", tmp_path / "hers", "--home", other)
    sayso("follow", anna, "--home", home)
    sayso("import", tmp_path / "hers", "--home", home)

    def ids(*words: str) -> list[str]:
        done = sayso(*words, "--home", home, "--json")
        assert done.code == 0, done.err
        return [one.get("id") or one["kind"] for one in done.records]

    assert ids("thread", root) == [root, answer]
    assert ids("notifications") == ["react", "reply"]
    sayso("mute", anna, "--home", home)
    assert ids("thread", root) == [root]
    assert ids("notifications") == []
    assert ids("thread", root, "--unfiltered") == [root, answer]
    assert ids("notifications", "--unfiltered") == ["react", "reply"]
    (home / "filters.toml").write_text(f"[[rule]]\naction='fold'\naccount='{anna}'\n")
    assert "(folded by rule 1)" in sayso("thread", root, "--home", home).out
    assert "(folded by rule 1)" in sayso("notifications", "--home", home).out
    (home / "filters.toml").write_text("[[rule]]\n")
    for words in (["thread", root], ["notifications"]):
        assert sayso(*words, "--home", home).code == 1
        assert sayso(*words, "--unfiltered", "--home", home).code == 0


LOADED = """
import sys
from sayso_cli.main import main
code = main(sys.argv[1:])
sys.stderr.write(" ".join(sys.modules))
sys.exit(code)
"""


@pytest.mark.parametrize("words", [["post", "hi"], ["read"], ["read", "--json"]])
def test_who_has_no_rules_loads_nothing_of_them(words: list[str], home: Path) -> None:
    modules = loaded([*words, "--home", str(home)])
    assert not {name for name in modules if ".choice" in name or name in ("re2", "tomllib")}


@long
def test_who_has_rules_without_patterns_loads_no_engine_for_them(home: Path) -> None:
    (home / "filters.toml").write_text("[[rule]]\naction='hide'\ntag='a'\n")
    modules = loaded(["read", "--json", "--home", str(home)])
    assert "sayso_protocol.filters.rule_engine" in modules
    assert not {"re2", "difflib", "datetime.fromisoformat"} & modules
    assert "sayso_node.filters.judge" not in loaded(["post", "hi", "--home", str(home)])


def loaded(words: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split())


def test_the_help_names_every_action_and_condition(sayso: Sayso) -> None:
    shown = sayso("filter", "add", "--help").out
    for name in [*(one.replace("_", "-") for one in CONDITIONS), *Action]:
        assert name in shown
    assert add_arguments.__doc__


def test_the_help_tells_of_every_condition(sayso: Sayso) -> None:
    from sayso_cli.commands.filter.add import HELP
    from sayso_protocol.filters.conditions import CONDITIONS

    assert HELP.keys() == CONDITIONS.keys()
    assert len(set(HELP.values())) == len(HELP)
    shown = " ".join(sayso("help", "filter", "add").out.split())
    assert all(text in shown for text in HELP.values())

"""filters.toml in the home: whole or not at all, the owner's alone, and never quietly ignored."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from tests.node.support import Person

from sayso_node.errors import NodeError, NotFound
from sayso_node.filters.edit import add, block, mute, remove, unblock, unmute
from sayso_node.filters.file import FiltersError, change_rules, load_file, load_rules
from sayso_node.filters.live_rules import LiveRules
from sayso_node.home import owner_file
from sayso_node.home.directory import Home
from sayso_protocol.filters.rules import NO_RULES, Action

GOOD = "# mine\n\n[[rule]]\naction = 'hide'\nwords = 'ads'\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


@pytest.fixture
def robin() -> Person:
    return Person("robin")


def test_no_file_no_rules(home: Home) -> None:
    assert load_rules(home) is NO_RULES


def test_all_mistakes_are_reported(home: Home) -> None:
    home.filters.write_text("[[rule]]\nx = 1\n[[rule]]\ny = 2\n")
    with pytest.raises(FiltersError, match=r"filters.toml has 6 mistakes: line 1") as caught:
        load_rules(home)
    assert len(caught.value.mistakes) == 6


@pytest.mark.parametrize("what", ["loop", "dangling", "directory", "pipe", "shared", "unreadable"])
def test_only_a_plain_file_of_the_owners_is_read(what: str, home: Home, tmp_path: Path) -> None:
    (tmp_path / "there").write_text(GOOD)
    match what:
        case "loop":
            home.filters.symlink_to(home.filters)
        case "dangling":
            home.filters.symlink_to(tmp_path / "nowhere")
        case "directory":
            home.filters.mkdir()
        case "pipe":
            os.mkfifo(home.filters)
        case "shared":
            home.filters.write_text(GOOD)
            home.filters.chmod(0o666)
        case "unreadable":
            home.filters.write_bytes(b"\xff\xfea")
    with pytest.raises(FiltersError, match=r"filters\.toml"):
        load_rules(home)
    with pytest.raises(FiltersError):
        add(home, {"action": "hide", "tag": "a"}, first=False)
    assert (tmp_path / "there").read_text() == GOOD
    if what not in ("shared", "unreadable"):
        assert load_file(tmp_path / "there").rules


def test_a_change_keeps_everything_else_and_is_the_owners_alone(home: Home) -> None:
    before = os.umask(0)
    try:
        rule = add(home, {"action": "hide", "tag": "a"}, first=False)
        assert rule.number == 1
    finally:
        os.umask(before)
    assert home.filters.stat().st_mode & 0o777 == 0o600
    home.filters.write_text(GOOD)
    add(home, {"action": "fold", "tag": ["b", "c"], "because": 'say "no"\n'}, first=False)
    assert home.filters.read_text().startswith(GOOD)
    assert [rule.action for rule in load_rules(home).rules] == ["hide", "fold"]
    assert [path.name for path in home.path.iterdir()] == ["filters.toml"]


def test_a_wrong_rule_changes_nothing(home: Home) -> None:
    home.filters.write_text(GOOD)
    with pytest.raises(FiltersError, match="this makes no rule: `older`: this must be a duration"):
        add(home, {"action": "hide", "older": "7y"}, first=True)
    assert home.filters.read_text() == GOOD


def test_a_file_with_mistakes_is_left_alone(home: Home) -> None:
    home.filters.write_text("[[rule]]\n")
    with pytest.raises(FiltersError, match="mistakes"):
        add(home, {"action": "hide", "tag": "a"}, first=True)
    assert home.filters.read_text() == "[[rule]]\n"


def test_rules_in_an_array_are_for_an_editor(home: Home) -> None:
    home.filters.write_text("rule = [{action = 'hide', tag = 'a'}]\n")
    with pytest.raises(FiltersError, match="with an editor"):
        add(home, {"action": "hide", "tag": "b"}, first=True)


def test_a_failed_write_leaves_the_old_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.filters.write_text(GOOD)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(FiltersError, match="full"):
        add(home, {"action": "hide", "tag": "b"}, first=True)
    assert home.filters.read_text() == GOOD
    assert [path.name for path in home.path.iterdir()] == ["filters.toml"]


def test_changes_at_once_come_one_after_the_other(home: Home) -> None:
    def work(number: int) -> None:
        for n in range(5):
            add(home, {"action": "hide", "tag": f"t{number}-{n}"}, first=False)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load_rules(home).rules) == 20


def test_without_the_lock_changes_get_lost(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: two changes that begin before either ends."""
    monkeypatch.setattr(owner_file.fcntl, "flock", lambda *_: None)

    def slow(text: str, _: object) -> str:
        add(home, {"action": "hide", "tag": "inner"}, first=False)
        return text + "[[rule]]\naction='hide'\ntag='outer'\n"

    change_rules(home, slow)
    assert [rule.clauses[0].values for rule in load_rules(home).rules] == [("outer",)]


# --- mutes and blocks --------------------------------------------------------------------


def test_a_mute_comes_first_and_can_be_taken_back(home: Home, robin: Person) -> None:
    home.filters.write_text(GOOD)
    anna = Person("anna")
    robin.store.follow(anna.account, "Annie", 1)
    rule = mute(home, robin.store, anna.account, 4_102_444_800_000)
    assert (rule.number, rule.action, rule.until_ms) == (1, Action.HIDE, 4_102_444_800_000)
    assert "# @Annie\n[[rule]]\n" in home.filters.read_text()
    again = mute(home, robin.store, anna.account, None)
    assert (again.number, again.until_ms, len(load_rules(home).rules)) == (1, None, 2)
    unmute(home, anna.account)
    assert home.filters.read_text() == GOOD
    with pytest.raises(NotFound, match="not muted"):
        unmute(home, anna.account)


def test_a_block_is_two_rules(home: Home, robin: Person) -> None:
    anna = Person("anna")
    hide, drop = block(home, robin.store, anna.account)
    assert (hide.action, hide.through, drop.action, drop.through) == ("hide", True, "drop", False)
    mute(home, robin.store, anna.account, None)
    unblock(home, anna.account)
    assert [rule.name.split()[0] for rule in load_rules(home).rules if rule.name] == ["mute"]
    with pytest.raises(NotFound, match="not blocked"):
        unblock(home, anna.account)


def test_nobody_mutes_himself(home: Home, robin: Person) -> None:
    with pytest.raises(NodeError, match="own account"):
        mute(home, robin.store, robin.account, None)
    assert not home.filters.exists()


def test_rules_are_removed_by_name_or_number(home: Home) -> None:
    for name in ("one", "two", "three"):
        add(home, {"name": name, "action": "hide", "tag": name}, first=False)
    assert remove(home, "two").name == "two"
    assert remove(home, "2").name == "three"
    with pytest.raises(NotFound) as caught:
        remove(home, "on")
    assert caught.value.candidates == ["one"]


# --- a process that runs on --------------------------------------------------------------


def test_the_last_good_rules_are_kept(home: Home) -> None:
    kept = LiveRules(home)
    assert (kept.rules, kept.refresh()) == (NO_RULES, False)
    home.filters.write_text(GOOD)
    assert kept.refresh() and len(kept.rules.rules) == 1 and not kept.refresh()
    home.filters.write_text(GOOD + "[[rule]]\n")
    assert kept.refresh() and len(kept.rules.rules) == 1
    assert kept.trouble is not None and "line 6" in str(kept.trouble)
    assert not kept.refresh()
    home.filters.write_text(GOOD + GOOD)
    assert kept.refresh() and (kept.trouble, len(kept.rules.rules)) == (None, 2)
    home.filters.unlink()
    assert kept.refresh() and kept.rules is NO_RULES


def test_at_the_start_there_must_be_good_rules(home: Home) -> None:
    home.filters.write_text("[[rule]]\n")
    with pytest.raises(FiltersError):
        LiveRules(home)


def test_a_link_is_read_and_written_through(home: Home, tmp_path: Path) -> None:
    there, half_way = tmp_path / "dotfiles.toml", tmp_path / "link"
    there.write_text(GOOD)
    half_way.symlink_to(there)
    home.filters.symlink_to(half_way)
    live = LiveRules(home)
    add(home, {"action": "hide", "tag": "more"}, first=False)
    assert home.filters.is_symlink()
    assert half_way.is_symlink()
    assert there.read_text().startswith(GOOD)
    assert len(load_rules(home).rules) == 2
    assert live.refresh()
    assert len(live.rules.rules) == 2
    there.chmod(0o666)
    with pytest.raises(FiltersError, match="others can change"):
        load_rules(home)
    there.unlink()
    with pytest.raises(FiltersError, match=r"there is no file .*dotfiles\.toml"):
        load_rules(home)
    assert live.refresh()
    assert live.trouble is not None
    assert len(live.rules.rules) == 2


ENCODINGS = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "mark and CRLF": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "UTF-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 and CRLF": lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
    "big-endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_as_editors_save_it(encoding: str, home: Home) -> None:
    text = '[[rule]] # café\naction = "hide"\nwords = "café"\n'
    home.filters.write_bytes(ENCODINGS[encoding](text))
    [rule] = load_rules(home).rules
    assert rule.clauses[0].values == ("cafe",)
    add(home, {"action": "fold", "tag": "a"}, first=True)
    assert [one.action for one in load_rules(home).rules] == ["fold", "hide"]
    assert "# café" in home.filters.read_text()


def test_a_file_in_another_code_page_is_named_with_the_way(home: Home) -> None:
    home.filters.write_bytes('[[rule]]\naction = "hide"\nwords = "café"\n'.encode("cp1252"))
    with pytest.raises(FiltersError, match="line 3: this is no UTF-8 text: save the file with"):
        load_rules(home)

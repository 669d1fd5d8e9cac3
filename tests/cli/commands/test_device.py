"""Several devices, backups: what a person types."""

import json
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli.terminal import prompt

from ..conftest import Done, Sayso

HELD = {"feed", "label", "since", "revoked"}


@pytest.fixture
def phrase(sayso: Sayso, tmp_path: Path) -> tuple[Path, dict]:
    """A home `desk` with its phrase in a file."""
    made = sayso("init", "--home", tmp_path / "desk", "--name", "Ann", "--json").record
    path = tmp_path / "phrase"
    path.write_text(made["phrase"].upper().replace(" ", "\n  "))
    return path, made


def typed(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    import io

    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_the_phrase_makes_a_further_device(
    sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict]
) -> None:
    path, first = phrase
    made = sayso(
        "init", "--phrase-file", path, "--label", "laptop", "--home", tmp_path / "b", "--json"
    ).record
    assert made.keys() == first.keys()
    assert (made["account"], made["phrase"]) == (first["account"], None)
    assert made["feed"] != first["feed"]
    [device] = sayso("device", "list", "--home", tmp_path / "b", "--json").records
    assert (device["feed"], device["label"], device["this"]) == (made["feed"], "laptop", True)
    assert device.keys() >= HELD
    shown = sayso("init", "--phrase-file", path, "--home", tmp_path / "c")
    assert (shown.code, first["account"] in shown.out) == (0, True)
    assert not any(line in shown.out for line in first["phrase"].split() if len(line) > 7)


def test_the_phrase_may_come_from_standard_input(
    sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, phrase[0].read_text())
    made = sayso("init", "--phrase-file", "-", "--home", tmp_path / "b", "--json").record
    assert made["account"] == phrase[1]["account"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "24 words"),
        (b"abandon " * 24, "24 words"),
        (b"\xff\xfea", "UTF-8"),
        (b"abandon " * 100_000, "24 words"),
    ],
)
def test_a_phrase_that_is_none_says_so(
    content: bytes, reason: str, sayso: Sayso, tmp_path: Path
) -> None:
    (tmp_path / "phrase").write_bytes(content)
    done = sayso("init", "--phrase-file", tmp_path / "phrase", "--home", tmp_path / "b")
    assert (done.code, done.out, reason in done.err) == (1, "", True)
    assert "abandon" not in done.err
    assert not (tmp_path / "b").exists()


def test_the_name_is_not_set_by_a_further_device(
    sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict]
) -> None:
    done = sayso("init", "--phrase-file", phrase[0], "--name", "X", "--home", tmp_path / "b")
    assert (done.code, "profile --name" in done.err) == (2, True)
    missing = sayso("init", "--phrase-file", tmp_path / "none", "--home", tmp_path / "b")
    assert (missing.code, "cannot read" in missing.err) == (1, True)


def add(sayso: Sayso, desk: Path, new: Path, *more: object) -> tuple[Done, Done, Done]:
    asked = sayso("device", "add", "--request", "--label", "phone", "--home", new, "--json")
    let_in = sayso("device", "add", asked.record["request"], "--home", desk, "--json", *more)
    done = sayso("device", "add", "--answer", let_in.record["answer"], "--home", new, "--json")
    return asked, let_in, done


def test_three_steps_add_a_device(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    asked, let_in, done = add(sayso, home, phone)
    assert asked.record["fingerprint"] == let_in.record["fingerprint"]
    assert let_in.record.keys() >= HELD
    assert asked.record["feed"] == let_in.record["feed"] == done.record["feed"]
    own = sayso("profile", "--home", home, "--json").record["account"]
    assert done.record["account"] == own
    assert sayso("post", "from the phone", "--home", phone).code == 0
    here, there = sayso("device", "list", "--home", home, "--json").records
    assert here["this"]
    assert here.keys() == there.keys()
    assert (there["feed"], there["label"]) == (asked.record["feed"], "phone")
    assert (there["since"], there["entries"]) == (None, 0), "its feed has not come"
    assert "not heard of yet" in sayso("device", "list", "--home", home).out
    [one] = sayso("device", "list", "--home", phone, "--json").records
    assert (one["label"], one["revoked"]) == ("phone", None)


def test_people_see_the_same_fingerprint_on_both_screens(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    asked = sayso("device", "add", "--request", "--home", tmp_path / "phone")
    [line] = asked.out.splitlines()
    mark = asked.err.splitlines()[-1].partition("fingerprint  ")[2]
    let_in = sayso("device", "add", *line.replace("-request-", "-request- \n"), "--home", home)
    assert let_in.code == 0
    assert len(mark) == 23
    assert mark in let_in.err
    assert sayso("device", "add", "--answer", let_in.out, "--home", tmp_path / "phone").code == 0


def test_requests_and_answers_may_come_from_standard_input(
    sayso: Sayso, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = tmp_path / "phone"
    typed(monkeypatch, sayso("device", "add", "--request", "--home", phone).out)
    answer = sayso("device", "add", "-", "--home", home).out
    typed(monkeypatch, answer)
    assert sayso("device", "add", "--answer", "-", "--home", phone).code == 0


class Terminal:
    """Standard input that a person types one line into."""

    def __init__(self, line: str) -> None:
        self.line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self.line


def test_a_no_on_the_terminal_adds_nothing(
    sayso: Sayso, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = sayso("device", "add", "--request", "--home", tmp_path / "phone").out
    for said in ("", "\n", "n\n", "what?\n"):
        monkeypatch.setattr(prompt.sys, "stdin", Terminal(said))
        done = sayso("device", "add", text, "--home", home)
        assert (done.code, "nothing was done" in done.err) == (1, True)
        assert len(sayso("device", "list", "--home", home, "--json").records) == 1
    assert sayso("device", "add", text, "--yes", "--home", home).code == 0
    monkeypatch.setattr(prompt.sys, "stdin", Terminal("YES\n"))
    assert sayso("device", "add", text, "--home", home).code == 0


def test_an_added_device_says_what_it_cannot_do(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    add(sayso, home, phone)
    text = sayso("device", "add", "--request", "--home", tmp_path / "third").out
    done = sayso("device", "add", text, "--home", phone, "--json")
    assert (done.code, json.loads(done.err)["code"]) == (1, "keys")
    assert "does not hold the account's key" in done.err


@pytest.mark.parametrize("text", ["nonsense", "sayso-request-abcdefgh", "sayso-answer-x"])
def test_a_line_that_was_copied_badly_says_so(
    text: str, sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    done = sayso("device", "add", text, "--home", home)
    assert (done.code, "no request" in done.err) == (1, True)
    done = sayso("device", "add", "--answer", text, "--home", tmp_path / "new")
    assert (done.code, "no answer" in done.err) == (1, True)


def test_device_add_alone_tells_the_steps(sayso: Sayso, home: Path) -> None:
    done = sayso("device", "add", "--home", home)
    assert (done.code, done.out.count("device add")) == (0, 3)
    assert len(sayso("device", "add", "--home", home, "--json").record["steps"]) == 3


def test_a_home_with_an_account_cannot_be_added(sayso: Sayso, home: Path) -> None:
    done = sayso("device", "add", "--request", "--home", home)
    assert (done.code, "has an account already" in done.err) == (1, True)


def test_a_backup_brings_everything_back(sayso: Sayso, home: Path, anna: str, tmp_path: Path):
    sayso("post", "an old post", "--home", home)
    sayso("follow", anna, "--name", "anna", "--home", home)
    path, new = tmp_path / "backup", tmp_path / "new"
    saved = sayso("backup", path, "--home", home, "--json").record
    assert (saved["sealed"], saved["key"], saved["bytes"]) == (False, True, path.stat().st_size)
    back = sayso("restore", path, "--home", new, "--label", "new", "--json").record
    assert back["account"] == saved["account"]
    assert back["feed"] != saved["feed"]
    assert back["others"] == [saved["feed"]]
    [item] = sayso("read", "--home", new, "--json").records
    assert (item["text"], item["name"]) == ("an old post", "Robin")
    assert sayso("following", "--home", new, "--json").record["name"] == "anna"
    assert sayso("post", "a new post", "--home", new).code == 0
    assert sayso("verify", "--home", new).code == 0
    shown = sayso("restore", path, "--home", tmp_path / "more")
    assert saved["feed"][:12] in shown.out
    assert "device revoke" in shown.out


@long
def test_an_open_backup_is_warned_of_and_a_sealed_one_is_not(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text("open sesame\n")
    assert "has your account" in sayso("backup", tmp_path / "open", "--home", home).err
    sealed = tmp_path / "sealed"
    words = ["--passphrase-file", tmp_path / "passphrase"]
    assert sayso("backup", sealed, "--home", home, *words).err == ""
    done = sayso("restore", sealed, "--home", tmp_path / "new", "--json")
    assert (done.code, json.loads(done.err)["code"]) == (1, "backup")
    assert "passphrase" in done.err
    assert sayso("restore", sealed, "--home", tmp_path / "new", *words).code == 0
    assert sayso("post", "x", "--home", tmp_path / "new").code == 1, "its keys are sealed as well"
    assert sayso("post", "x", "--home", tmp_path / "new", *words).code == 0


def test_a_backup_without_the_accounts_key_says_so(
    sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict]
) -> None:
    phone = tmp_path / "phone"
    add(sayso, tmp_path / "desk", phone)
    assert "recovery phrase" in sayso("backup", tmp_path / "backup", "--home", phone).err
    done = sayso("restore", tmp_path / "backup", "--home", tmp_path / "new")
    assert (done.code, "--phrase-file" in done.err) == (1, True)
    words = ["--phrase-file", phrase[0]]
    assert sayso("restore", tmp_path / "backup", "--home", tmp_path / "new", *words).code == 0


def heard(sayso: Sayso, phone: Path, home: Path, *texts: str) -> str:
    """A device `phone` that was let in, and its posts carried over; gives its feed."""
    add(sayso, home, phone)
    for text in texts:
        sayso("post", text, "--home", phone)
    bundle = phone.parent / "phone.bundle"
    sayso("export", bundle, "--home", phone)
    sayso("import", bundle, "--home", home)
    return str(sayso("device", "list", "--home", phone, "--json").record["feed"])


def posts(sayso: Sayso, home: Path) -> list[str]:
    return [item["text"] for item in sayso("read", "--home", home, "--json").records]


@long
def test_a_device_is_revoked_with_what_is_held_of_it(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    feed = heard(sayso, tmp_path / "phone", home, "one", "two")
    done = sayso("device", "revoke", feed[:10], "--home", home, "--json").record
    assert (done["feed"], done["label"], done["revoked"]["seq"]) == (feed, "phone", 3)
    assert len(done["revoked"]["id"]) == 64
    listed = sayso("device", "list", "--home", home, "--json").records
    assert [one["revoked"] and one["revoked"]["seq"] for one in listed] == [None, 3]
    assert "revoked" in sayso("device", "list", "--home", home).out
    again = sayso("device", "revoke", feed[:10], "--home", home, "--json").record
    assert again["revoked"] == done["revoked"]
    assert "revoked already" in sayso("device", "revoke", feed[:10], "--home", home).err
    assert posts(sayso, home) == ["two", "one"]
    sayso("post", "by the thief", "--home", tmp_path / "phone")
    sayso("export", tmp_path / "later.bundle", "--home", tmp_path / "phone")
    sayso("import", tmp_path / "later.bundle", "--home", home)
    assert posts(sayso, home) == ["two", "one"]


@long
def test_a_device_is_revoked_at_an_entry_or_as_a_whole(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    feed = heard(sayso, tmp_path / "phone", home, "one", "by the thief")
    at = sayso("read", "--home", home, "--json").records[1]["id"]
    done = sayso("device", "revoke", feed, "--at", at[:12], "--home", home, "--json").record
    assert (done["revoked"], posts(sayso, home)) == ({"seq": 2, "id": at}, ["one"])
    done = sayso("device", "revoke", feed, "--all", "--home", home, "--json").record
    assert (done["revoked"], posts(sayso, home)) == ({"seq": 0, "id": None}, [])
    assert "as a whole" in sayso("device", "list", "--home", home).out


def test_a_device_that_never_came_is_revoked(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    asked, *_ = add(sayso, home, tmp_path / "phone")
    feed = asked.record["feed"]
    done = sayso("device", "revoke", feed[:12], "--home", home, "--yes", "--json")
    assert done.record["revoked"] == {"seq": 0, "id": None}
    assert "as a whole" in sayso("device", "list", "--home", home).out
    sayso("post", "by the thief", "--home", tmp_path / "phone")
    sayso("export", tmp_path / "bundle", "--home", tmp_path / "phone")
    sayso("import", tmp_path / "bundle", "--home", home)
    assert posts(sayso, home) == []


def test_a_no_on_the_terminal_revokes_nothing(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [own] = sayso("device", "list", "--home", home, "--json").records
    monkeypatch.setattr(prompt.sys, "stdin", Terminal("no\n"))
    done = sayso("device", "revoke", own["feed"], "--home", home)
    assert (done.code, "device that you are using" in done.err) == (1, True)
    assert sayso("post", "goes on", "--home", home).code == 0
    assert sayso("device", "revoke", own["feed"], "--yes", "--home", home).code == 0
    assert sayso("post", "no more", "--home", home).code == 1


def test_a_feed_of_nobody_is_not_revoked(sayso: Sayso, home: Path) -> None:
    done = sayso("device", "revoke", "z6Mkzzzzzzzz", "--home", home, "--json")
    problem = json.loads(done.err)
    assert (done.code, problem["code"], len(problem["candidates"])) == (1, "not-found", 1)


def test_the_key_is_changed(sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict]) -> None:
    path, first = phrase
    desk = tmp_path / "desk"
    sayso("post", "before", "--home", desk)
    done = sayso("rotate", "--phrase-file", path, "--home", desk, "--json").record
    assert done["before"] == first["account"] != done["account"]
    assert done["feed"] != first["feed"]
    assert sayso("post", "after", "--home", desk).code == 0
    assert posts(sayso, desk) == ["after", "before"]
    own = sayso("profile", "--home", desk, "--json").record
    assert (own["account"], own["name"]) == (done["account"], "Ann")
    old = sayso("profile", first["account"], "--home", desk, "--json").record
    assert old["moved_to"] == done["account"]
    assert done["account"] in sayso("profile", first["account"], "--home", desk).out
    assert sayso("status", "--home", desk, "--json").record["moved_to"] is None
    words = ["--phrase-file", path, "--home", tmp_path / "new", "--json"]
    made = sayso("init", "--account", done["account"], *words).record
    assert made["account"] == done["account"]


def test_a_no_on_the_terminal_changes_no_key(
    sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt.sys, "stdin", Terminal("\n"))
    desk = tmp_path / "desk"
    assert sayso("rotate", "--phrase-file", phrase[0], "--home", desk).code == 1
    own = sayso("profile", "--home", desk, "--json").record
    assert own["account"] == phrase[1]["account"]


@long
def test_a_device_that_hears_of_a_new_key_says_so_and_follows(
    sayso: Sayso, tmp_path: Path, phrase: tuple[Path, dict]
) -> None:
    path, _ = phrase
    desk, laptop = tmp_path / "desk", tmp_path / "laptop"
    sayso("init", "--phrase-file", path, "--home", laptop)
    done = sayso("rotate", "--phrase-file", path, "--home", desk, "--json").record
    sayso("export", tmp_path / "bundle", "--home", desk)
    sayso("import", tmp_path / "bundle", "--home", laptop)
    assert sayso("status", "--home", laptop, "--json").record["moved_to"] == done["account"]
    assert "sayso rotate" in sayso("status", "--home", laptop).out
    assert sayso("post", "does not count", "--home", laptop).code == 1
    followed = sayso("rotate", "--phrase-file", path, "--home", laptop, "--json").record
    assert followed["account"] == done["account"]
    assert sayso("post", "counts", "--home", laptop).code == 0
    assert sayso("status", "--home", laptop, "--json").record["moved_to"] is None


def test_a_device_is_found_by_a_slip_in_its_label(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    asked = sayso("device", "add", "--request", "--label", "old phone", "--home", tmp_path / "new")
    added = sayso("device", "add", asked.out.strip(), "--yes", "--home", home, "--json").record
    for text in ("old phone", "phone old", "Old Phone", "oldphone", "old phome"):
        done = sayso("device", "revoke", text, "--home", home)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert (f"did you mean {added['feed']}, by the label?" in done.err) is (text != "phone old")
    assert "did you mean" not in sayso("device", "revoke", "laptop", "--home", home).err


def test_what_was_chosen_is_sent_to_another_device(
    sayso: Sayso, home: Path, anna: str, tmp_path: Path
) -> None:
    phone, sealed = tmp_path / "phone", tmp_path / "sealed"
    sayso("follow", anna, "--name", "ann", "--home", home)
    sayso("filter", "add", "--action", "hide", "--words", "casino", "--home", home)
    asked = sayso("device", "add", "--request", "--home", phone, "--json").record
    let_in = sayso("device", "add", asked["request"], "--yes", "--home", home)
    short = asked["feed"][:12]
    assert f"sayso device send {short} FILE" in let_in.err
    begun = sayso("device", "add", "--answer", let_in.out.strip(), "--home", phone)
    assert f"sayso device send {short} FILE" in begun.out
    assert sayso("following", "--home", phone).out == ""
    sent = sayso("device", "send", short, sealed, "--home", home, "--json").record
    assert (sent["feed"], sent["follows"]) == (asked["feed"], 1)
    assert sent["files"] == ["filters.toml"]
    shown = sayso("device", "receive", sealed, "--home", phone)
    assert f"follow  {anna}  @ann" in shown.out and "new: filters.toml" in shown.out
    again = sayso("device", "receive", sealed, "--home", phone)
    assert again.out.splitlines()[-1] == "all of it is here already"
    assert sayso("following", "--home", phone, "--json").record["petname"] == "ann"
    assert len(sayso("filter", "list", "--home", phone, "--json").records) == 1
    back = sayso("device", "receive", sealed, "--home", home)
    assert (back.code, back.out, back.err.count("\n")) == (1, "", 1)
    assert "another device" in back.err

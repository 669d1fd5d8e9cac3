"""Making, listing and ending invites, with the node stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_seed
from sayso_node.home.open_store import open_home
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.invite import Invite, read_invite
from sayso_storage.interface.network.invite_records import InviteOutcome

from ..conftest import Sayso
from ..render.qr_reader import modules_on, read_code


def made(sayso: Sayso, home: Path, *words: str) -> tuple[Invite, dict[str, object]]:
    record = sayso("invite", "--home", str(home), "--json", *words).record
    return read_invite(str(record["link"])), record


def test_an_invite_says_who_and_which_node(sayso: Sayso, home: Path) -> None:
    invite, record = made(sayso, home)
    profile = sayso("profile", "--home", str(home), "--json").record
    assert key_text(invite.account) == profile["account"]
    assert invite.node == KeyPair.from_seed(node_seed(Home(home))).public
    with open_home(Home(home)) as store:
        own = store.own_feed()
        assert own is not None and invite.promise == own.grant.next_key_hash[:16]
        assert [(one.feed, one.seq) for one in invite.heads] == [(own.feed, own.head)]
        assert [one.token for one in store.invites()] == [invite.token]
    assert record["id"] and record["expires"]
    assert record.keys() >= {"link", "id", "expires", "once", "follow_back", "name", "list"}


def test_its_line_stands_alone_on_standard_output(sayso: Sayso, home: Path) -> None:
    done = sayso("invite", "--home", str(home), "--once", "--follow-back")
    assert done.code == 0
    assert done.out.count("\n") == 1
    read_invite(done.out)
    assert "for one person, whom you follow back, open until" in done.err
    assert "The node is stopped" in done.err and "`sayso run`" in done.err


@pytest.mark.parametrize("more", [[], ["--invert"]])
def test_its_code_is_the_line(more: list[str], sayso: Sayso, home: Path) -> None:
    done = sayso("invite", "--home", str(home), "--qr", *more)
    link, *code = done.out.splitlines()
    assert len(code) <= 23
    scanned = read_invite(read_code(modules_on(code, background=bool(more))))
    whole = read_invite(link)
    assert (scanned.account, scanned.node, scanned.token, scanned.promise) == (
        *(whole.account, whole.node, whole.token, whole.promise),
    )
    assert "lacks" not in done.err


def test_a_terminal_that_is_too_small_is_said_to_be(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "20")
    monkeypatch.setenv("COLUMNS", "80")
    done = sayso("invite", "--home", str(home), "--qr")
    assert done.code == 0 and done.out.count("\n") == 1
    assert "The terminal is too small for the code" in done.err


@pytest.mark.parametrize(
    ("typed", "seconds"), [("90s", 90), ("12h", 43_200), ("7d", 604_800), ("4w", 2_419_200)]
)
def test_when_it_ends(typed: str, seconds: int, sayso: Sayso, home: Path) -> None:
    made(sayso, home, "--expires", typed)
    with open_home(Home(home)) as store:
        [one] = store.invites()
        assert one.expires_ms is not None
        assert abs(one.expires_ms - one.made_ms - seconds * 1000) < 10_000


def test_it_may_be_open_for_ever(sayso: Sayso, home: Path) -> None:
    assert made(sayso, home, "--expires", "never")[1]["expires"] is None
    assert str(made(sayso, home, "--expires", "2999-01-31")[1]["expires"]).startswith("2999-0")


@pytest.mark.parametrize("typed", ["2001-01-01", "0s", "soon", ""])
def test_a_time_that_has_passed_is_refused(typed: str, sayso: Sayso, home: Path) -> None:
    done = sayso("invite", "--home", str(home), "--expires", typed)
    assert done.code == 2
    with open_home(Home(home)) as store:
        assert store.invites() == []


def test_invites_are_listed_until_they_end(sayso: Sayso, home: Path) -> None:
    invite, record = made(sayso, home, "--name", "@ben", "--once")
    made(sayso, home, "--follow-back")
    listed = sayso("invite", "list", "--home", str(home), "--json").records
    assert [one["link"] for one in listed] != [None, None]
    assert [one["name"] for one in listed] == ["ben", None]
    assert [one["follow_back"] for one in listed] == [False, True]
    assert read_invite(str(listed[0]["link"])).token == invite.token
    ended = sayso("invite", "revoke", str(record["id"]), "--home", str(home), "--json").record
    assert ended["id"] == record["id"] and ended["revoked"] and ended["link"] is None
    listed = sayso("invite", "list", "--home", str(home), "--json").records
    assert [one["name"] for one in listed] == [None]
    every = sayso("invite", "list", "--all", "--home", str(home), "--json").records
    assert [one["state"] for one in every] == ["revoked", "open"]
    assert every[0]["link"] is None


def test_it_is_listed_who_took_one(sayso: Sayso, home: Path) -> None:
    invite, _ = made(sayso, home, "--once")
    guest = KeyPair.from_seed(bytes(32)).public
    with open_home(Home(home)) as store:
        assert invite.token is not None
        assert store.admit_guest(invite.token, guest, None, 1)[0] is InviteOutcome.TAKEN
    assert sayso("invite", "list", "--home", str(home), "--json").records == []
    [one] = sayso("invite", "list", "--all", "--home", str(home), "--json").records
    assert one["state"] == "used" and one["taken"] == [key_text(guest)]
    assert "taken by" in sayso("invite", "list", "--all", "--home", str(home)).out


@pytest.mark.parametrize("wrong", ["zzzzzzzz", "", "1", "é"])
def test_an_invite_that_is_not_there_is_not_ended(wrong: str, sayso: Sayso, home: Path) -> None:
    made(sayso, home)
    done = sayso("invite", "revoke", wrong, "--home", str(home))
    assert done.code == 1
    assert "`sayso invite list --all`" in done.err


def test_what_has_ended_ends_no_second_time(sayso: Sayso, home: Path) -> None:
    _, record = made(sayso, home)
    for said in ("ended:", "had ended before:"):
        done = sayso("invite", "revoke", str(record["id"])[:5].upper(), "--home", str(home))
        assert done.code == 0 and done.out.startswith(said)


def test_only_a_list_that_is_there_is_offered(sayso: Sayso, home: Path) -> None:
    friend = key_text(KeyPair.from_seed(bytes(32)).public)
    done = sayso("invite", "--home", str(home), "--list", "friends")
    assert done.code == 1 and "`sayso label KEY friends`" in done.err
    assert sayso("label", friend, "friends", "--home", str(home)).code == 0
    assert made(sayso, home, "--list", "friends")[0].list_name == "friends"
    done = sayso("invite", "--home", str(home), "--list", "freinds")
    assert done.code == 1 and "friends" in done.err


@pytest.mark.parametrize("name", ["two\nlines", " ", "x" * 300])
def test_a_name_is_a_name(name: str, sayso: Sayso, home: Path) -> None:
    done = sayso("invite", "--home", str(home), "--name", name)
    assert done.code == 1 and done.err.count("\n") == 1


def test_without_an_account_there_is_no_invite(sayso: Sayso, tmp_path: Path) -> None:
    done = sayso("invite", "--home", str(tmp_path / "none"))
    assert done.code == 1 and "`sayso init`" in done.err

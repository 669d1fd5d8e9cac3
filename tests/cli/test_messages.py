"""Private messages on the command line: written, listed, erased for good."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.budget import long
from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.messages.new_devices import NewDevice, put_new_device
from sayso_protocol.crypto.keys import key_text

from .conftest import Sayso

BEN = key_text(Person("ben").account)


def test_before_anything_was_written(sayso: Sayso, home: Path) -> None:
    assert "no messages yet" in sayso("messages", "--home", home).err
    done = sayso("forget", "0123456789", "--home", home)
    assert done.code and "no such message" in done.err


def test_a_message_waits_and_is_listed(sayso: Sayso, home: Path) -> None:
    made = sayso("message", BEN, "see you\x1b[31m at eight", "--home", home, "--json").record
    assert made["state"] == "waiting" and made["to"] == BEN and made["expires"] is None
    later = sayso("message", BEN, "or nine", "--expires", "7d", "--home", home, "--json").record
    assert later["expires"] is not None
    assert sayso("messages", BEN, "--home", home, "--json").records == [made, later]
    assert made["waiting_for"] == "node-off"
    shown = sayso("messages", "--home", home).out
    assert "your node does not run" in shown
    assert "at eight" in shown and "waiting" in shown and "\x1b[31m at" not in shown
    assert made["id"][:8] in shown


def test_what_is_forgotten_is_in_no_file(sayso: Sayso, home: Path) -> None:
    made = sayso("message", BEN, "a word for Ben alone", "--home", home, "--json").record
    sayso("message", BEN, "another", "--home", home)
    done = sayso("forget", made["id"][:8], "--home", home, "--json").record
    assert done == {"forgotten": 1, "erased": True}
    [left] = sayso("messages", "--home", home, "--json").records
    assert left["text"] == "another"
    assert sayso("forget", BEN, "--home", home, "--json").record["forgotten"] == 1
    assert sayso("messages", "--home", home, "--json").records == []
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not any(b"a word for Ben alone" in path.read_bytes() for path in files)


@pytest.mark.parametrize("text", ["", "x" * 20_000])
def test_what_cannot_be_sent(sayso: Sayso, home: Path, text: str) -> None:
    done = sayso("message", BEN, text, "--home", home)
    assert done.code and done.err
    assert sayso("messages", "--home", home, "--json").records == []


def test_nobody_writes_to_himself(sayso: Sayso, home: Path) -> None:
    with open_home(Home(home)) as store:
        own = store.own_feed()
        assert own is not None
    done = sayso("message", key_text(own.account), "dear diary", "--home", home)
    assert done.code and "somebody else" in done.err


def test_a_new_device_of_somebody_stands_in_the_conversation(sayso: Sayso, home: Path) -> None:
    sayso("message", BEN, "only for you", "--home", home)
    here = Home(home)
    thief = Person("thief", device_of=Person("ben"))
    records = open_letters(here, read_keystore(here.keys).feed.seed)
    put_new_device(records, NewDevice(Person("ben").account, thief.feed, now_ms() + 1))
    records.close()
    for command in (("messages", BEN), ("messages",), ("notifications",)):
        shown = sayso(*command, "--home", home)
        assert "has a new device" in shown.out and "a key was stolen" in shown.out, command
        assert key_text(thief.feed)[:12] in shown.out
    assert len(sayso("messages", "--home", home, "--json").records) == 1
    [told] = sayso("notifications", "--home", home, "--json").records
    assert (told["kind"], told["by"]) == ("device-added", BEN)
    assert told["about"] == key_text(thief.feed)
    sayso("forget", BEN, "--home", home)
    assert sayso("notifications", "--home", home, "--json").records == []


@long
def test_a_damaged_record_is_passed_over_and_told_of(sayso: Sayso, home: Path) -> None:
    for text in ("one", "two", "three"):
        sayso("message", BEN, text, "--home", home)
    assert sayso("verify", "--home", home, "--json").record["letters_damaged"] == 0
    db = sqlite3.connect(home / "letters.db", isolation_level=None)
    damage = "UPDATE records SET sealed = zeroblob(200) WHERE length(sealed) = ?"
    [[size]] = db.execute("SELECT length(sealed) FROM records ORDER BY length(sealed) DESC LIMIT 1")
    assert db.execute(damage, (size,)).rowcount == 1  # the longest word's
    db.close()
    for command in (("messages",), ("messages", BEN)):
        assert "1 record of letters is damaged" in sayso(*command, "--home", home).err
    shown = sayso("messages", "--home", home)
    assert shown.code == 0 and "one" in shown.out and "two" in shown.out
    assert "three" not in shown.out
    sick = sayso("doctor", "--home", home, "--json")
    [found] = [one for one in sick.records if one["check"] == "letters"]
    assert sick.code == 1 and "1 record cannot be read" in found["found"]
    assert "forget --damaged" in found["advice"]
    checked = sayso("verify", "--home", home)
    assert checked.code == 1 and "1 record of letters cannot be read" in checked.err
    assert sayso("forget", "--damaged", "--home", home).out.strip() == "1 damaged record is gone"
    assert sayso("verify", "--home", home).code == 0
    assert "damaged" not in sayso("messages", "--home", home).err
    for words in ((), ("one", "--damaged")):
        assert sayso("forget", *words, "--home", home).code == 2

"""Private messages on the command line: written, listed, erased for good."""

from __future__ import annotations

from pathlib import Path

import pytest
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
    shown = sayso("messages", "--home", home).out
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

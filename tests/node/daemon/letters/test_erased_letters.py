"""The running node erases what expired and what was forgotten: no file has a byte of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.budget import long
from tests.node.knocks.support import Knocker
from tests.node.support import Person, seed_of

from sayso_node.clock import now_ms
from sayso_node.daemon.letters import owner_letters
from sayso_node.daemon.letters.owner_letters import OwnerLetters
from sayso_node.errors import HomeError
from sayso_node.home.directory import Home
from sayso_node.home.letter_keys import LetterKeyRing, open_letters
from sayso_node.letters.courier import ROUND_SECONDS, Courier
from sayso_node.messages.conversation import compose_message, forget_message, messages
from sayso_node.messages.erasure import APART_MS, mark_forgotten
from sayso_protocol.crypto.keys import KeyPair
from sayso_storage.interface.errors import StoreDamaged
from sayso_storage.interface.sealed_records import SealedRecords

HOUR = APART_MS / 1000
START = now_ms()


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps does not wait for threads."""

    async def run_sync(work: Callable[..., object], *args: object) -> object:
        await trio.lowlevel.checkpoint()
        return work(*args)

    monkeypatch.setattr(trio.to_thread, "run_sync", run_sync)


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_letters, "now_ms", _now)


def _now() -> int:
    return START + int(trio.current_time() * 1000)


class Alone:
    """A network without anybody."""

    peer_id = "me"


class Writer(Knocker):
    """Somebody with letters in real files, whose node runs."""

    def __init__(self, folder: Path) -> None:
        super().__init__("ann")
        self.home = Home(folder / "home")
        self.home.prepare()
        self.file: SealedRecords = open_letters(self.home, seed_of("ann feed"))

    def courier(self) -> Courier:
        """What the node runs, while nobody else is on the network."""
        door = KeyPair.from_seed(seed_of("ann feed")), self.grant
        letters = OwnerLetters(self.home, self.store, self.file, door, self.publish)

        async def find(_account: bytes) -> list[str]:
            return []

        return Courier(Alone(), letters, find)  # type: ignore[arg-type]

    def write(self, text: str, lifetime: float | None = None) -> bytes:
        """What the command does."""
        ms = None if lifetime is None else int(lifetime * 1000)
        ben = Person("ben").account
        made = compose_message(self.store, self.file, ben, text, _now(), ms)
        return bytes.fromhex(made.id)

    def texts(self) -> list[str]:
        shown = messages(self.store, self.file, START)
        return sorted(one.kept.message.text for one in shown)

    def rows(self) -> set[bytes]:
        """The sealed bytes of all rows, and their keys."""
        db = sqlite3.connect(self.home.letters)
        found = db.execute("SELECT wrapped, sealed FROM records").fetchall()
        db.close()
        return {part for row in found for part in row}

    def left_of(self, parts: set[bytes]) -> int:
        """How many of these stand in some file of the home."""
        data = b"".join(one.read_bytes() for one in self.home.path.rglob("*") if one.is_file())
        return sum(part in data for part in parts)

    def generation(self) -> int:
        [keys] = LetterKeyRing(self.home, seed_of("ann feed")).load()
        return keys.generation


@pytest.fixture
def ann(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path)
    yield made
    made.file.close()


@long
async def test_what_expires_is_erased_soon_and_together(
    ann: Writer, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    nursery.start_soon(ann.courier().run)
    await trio.sleep(ROUND_SECONDS)
    before = ann.rows()
    ann.write("to stay")
    stays = ann.rows() - before
    ann.write("until half past", HOUR / 2)
    first = ann.rows() - before - stays
    await trio.sleep(HOUR / 2 - ROUND_SECONDS)
    assert ann.left_of(first) and ann.texts() == ["to stay", "until half past"]
    copy = shutil.copytree(ann.home.path, ann.home.path.with_name("copy"))
    await trio.sleep(2 * ROUND_SECONDS)
    assert ann.texts() == ["to stay"] and ann.generation() == 2
    gone = first - ann.rows()
    assert len(gone) >= 5 and ann.left_of(gone) == 0
    assert ann.left_of(stays), "what stays was not sealed anew, only its key"
    before = ann.rows()
    for minute in range(1, 30):
        ann.write(f"until {minute}", minute * 60)
    await trio.sleep(HOUR / 2 + ROUND_SECONDS)
    assert ann.texts() == ["to stay"] and ann.generation() == 2
    await trio.sleep(HOUR / 2)
    assert ann.generation() == 3, "an hour after the last time, once for all"
    keys = copy / ann.home.letter_keys.relative_to(ann.home.path)
    shutil.copy(ann.home.letter_keys, keys)
    with pytest.raises((StoreDamaged, HomeError)):
        open_letters(Home(copy), seed_of("ann feed"))  # not even a copy of before opens


async def test_what_is_forgotten_is_erased_at_once_with_what_waits_to_be_sent(
    ann: Writer, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    courier = ann.courier()
    nursery.start_soon(courier.run)
    await trio.sleep(ROUND_SECONDS)
    before = ann.rows()
    name = ann.write("a slip of the tongue")
    courier.hurry()
    await trio.sleep(1)
    made = ann.rows() - before
    for again in range(2):
        forget_message(ann.store, ann.file, name)
        mark_forgotten(ann.file)
        courier.hurry()
        await trio.sleep(2)
        assert ann.generation() == 2 + again
    gone = made - ann.rows()
    assert len(gone) >= 4 and ann.left_of(gone) == 0


async def test_a_node_that_was_stopped_between_erases_when_it_starts(
    ann: Writer, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    name = ann.write("gone by now")
    forget_message(ann.store, ann.file, name)
    mark_forgotten(ann.file)
    nursery.start_soon(ann.courier().run)
    await trio.sleep(1)
    assert ann.generation() == 2

"""Homes whose owners are in closed groups, with a carrier between them, and days that pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account, join_account
from sayso_node.clock import now_ms
from sayso_node.daemon.letters.owner_letters import OwnerLetters
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.knocks.strangers import accept, decline, strangers
from sayso_node.letters.home_carrier import boxes_of, door_days
from sayso_node.letters.letter_source import LetterReport
from sayso_node.messages.conversation import compose_message, messages
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_boxes import GroupBoxes
from sayso_protocol.content.body import Profile
from sayso_protocol.feed.run import verify_run
from sayso_protocol.filters.rules import NO_RULES
from sayso_protocol.letters.box import DAY_MS, day_at, door_box
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState
from sayso_protocol.letters.stamp import Mint

READ_CLOCK = ("daemon.letters.owner_letters", "daemon.letters.knock_letters",
              "letters.home_carrier", "accounts.author")  # fmt: skip
"""Modules that read the clock here."""


class Member:
    """A home, whose node runs whenever its turn comes."""

    def __init__(self, world: World, name: str, phrase: str | None = None) -> None:
        self._world = world
        self.home = Home(world.folder / name)
        if phrase is None:
            made, self.phrase = create_account(self.home, name, None)
        else:
            made = join_account(self.home, phrase, None, None)
        self.account, self.feed = made.account, made.feed
        self.store = world.opened.enter_context(open_home(self.home))
        self._key = read_keystore(self.home.keys).feed
        self.records = open_letters(self.home, self._key.seed)
        world.opened.callback(self.records.close)
        own = self.store.own_feed()
        assert own is not None
        self.grant = own.grant
        self.book = GroupBook(self.records, self._key, self.grant)
        self.author = Author(self.home, self.store)
        if phrase is None:
            self.author.publish([Profile(name, knock=(0, 2, 3, 4))])
        self.start()

    def start(self) -> None:
        """As after a start of the node."""
        door = self._key, self.grant
        self.letters = OwnerLetters(self.home, self.store, self.records, door, self.author.publish)
        self.letters.waiting(0)

    def follow(self, *others: Member) -> None:
        for one in others:
            self.store.follow(one.account, None, now_ms())

    def read(self, group: bytes) -> list[bytes]:
        return [one.post.body for one in self.book.posts(group)]

    def write(self, group: bytes, text: bytes) -> None:
        self.book.write(group, self._world.now_ms, text)

    def message(self, to: Member, text: str) -> None:
        compose_message(self.store, self.records, to.account, text, self._world.now_ms)

    def texts(self) -> list[str]:
        found = messages(self.store, self.records, self._world.now_ms)
        return [one.kept.message.text for one in found if not one.is_own]

    def shelf(self) -> list[str | None]:
        found, _ = strangers(self.store, self.records, NO_RULES, self._world.now_ms)
        return [one.text for one in found]

    def accept(self) -> None:
        [found], _ = strangers(self.store, self.records, NO_RULES, self._world.now_ms)
        accept(self.store, self.records, found.id, self._world.now_ms)

    def decline(self) -> None:
        [found], _ = strangers(self.store, self.records, NO_RULES, self._world.now_ms)
        decline(self.store, self.records, found.id, self._world.now_ms)

    def carried(self) -> set[bytes]:
        """Accounts of which more is taken, though they are not followed."""
        return {one.account for one in self.store.carried_for_others() if one.grows}


class World:
    """All of them. Letters lie with one carrier, and what is written in feeds comes to all who
    carry the account."""

    def __init__(self, folder: Path, opened: ExitStack, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.opened = folder, opened
        self.now_ms = now_ms()
        self.held: dict[bytes, CarriedLetter] = {}
        self.had: dict[bytes, set[bytes]] = {}
        """Devices that have a letter which lies there for others."""
        self.laid = 0
        self.members: list[Member] = []
        for module in READ_CLOCK:
            patch.setattr(f"sayso_node.{module}.now_ms", lambda: self.now_ms)

    def home(self, name: str, *, of: Member | None = None) -> Member:
        """A new home, of a new account or one more of somebody's."""
        made = Member(self, name, None if of is None else of.phrase)
        self.members.append(made)
        return made

    def pass_by(self, *, days: float) -> None:
        self.now_ms += int(days * DAY_MS)

    def exchange(self, *members: Member, rounds: int = 1) -> None:
        """The nodes of these run, all at once; by default of everybody."""
        for _ in range(rounds):
            for one in members or self.members:
                self.hear_feeds(one)
                self._take_from(one)
            for one in members or self.members:
                self._give_to(one)

    def posts(self, reader: Member) -> list[bytes]:
        """Ids of the letters that lie in boxes of groups for a reader."""
        groups = reader.book.joined()
        boxes = GroupBoxes(reader.feed).to_read(groups, self.now_ms)
        return [name for name, one in self.held.items() if one.box in boxes]

    def settle(self, *members: Member) -> None:
        """They run until nothing is under way between them."""
        quiet = 0
        for _ in range(30):
            before = self.laid
            self.exchange(*members)
            quiet = quiet + 1 if self.laid == before else 0
            if quiet == 2:
                return
        raise AssertionError("it never settles")

    def hear_feeds(self, here: Member) -> None:
        """All that was written in feeds that a home carries comes to it."""
        for there in self.members:
            if there is here or there.account not in here.store.carried_accounts():
                continue
            state = there.store.own_feed()
            assert state is not None
            here.store.add_grant(there.grant, self.now_ms)
            held = here.store.feed(there.feed)
            raw = there.store.load(there.feed, 1 if held is None else held.head + 1, state.head)
            if raw is not None:
                here.store.append([verify_run(raw)], self.now_ms)

    def _take_from(self, one: Member) -> None:
        for letter in one.letters.waiting(1000):
            if letter.bits and letter.stamp is None:
                mint = Mint(letter.box, letter.id, letter.bits)
                while (stamp := mint.run()) is None:
                    pass
                one.letters.note_stamp(letter.id, stamp)
        for letter in one.letters.waiting(1000):
            today = day_at(self.now_ms)
            there = CarriedLetter(letter.box, today, letter.letter, b"net1", letter.stamp)
            self.held[letter.id] = there
            self.laid += 1
            one.letters.report([LetterReport(letter.id, LetterState.CARRIED)])

    def _waits_for_others(self, one: Member, letter: CarriedLetter, name: bytes) -> bool:
        """Whether a letter stays where it lies for other devices of an account; it is not given
        again to those that have it."""
        if letter.box not in {door_box(one.account, day) for day in door_days(self.now_ms)}:
            return False
        had = self.had.setdefault(name, set())
        had.add(one.feed)
        return not {other.feed for other in self.members if other.account == one.account} <= had

    def _give_to(self, one: Member) -> None:
        for _ in range(2):  # what comes opens further boxes
            boxes = {*boxes_of(one.letters.places())}
            found = {
                name: letter
                for name, letter in self.held.items()
                if letter.box in boxes and one.feed not in self.had.get(name, ())
            }
            one.letters.keep([*found.values()])
            for name, letter in found.items():
                if not self._waits_for_others(one, letter, name):
                    del self.held[name]
        one.letters.emptied()
        for laid in one.letters.laid(1000):
            if laid.id not in self.held:
                one.letters.report([LetterReport(laid.id, LetterState.DELIVERED)])


@contextmanager
def opened_world(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as opened:
        yield World(folder, opened, patch)

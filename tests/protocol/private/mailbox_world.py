"""Homes with mailboxes, and carriers that lose, double and delay, for tests; all from one seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Prekey, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.entry import encode_header
from sayso_protocol.feed.run import commitment, sign_run
from sayso_protocol.letters.box import day_at, door_box
from sayso_protocol.letters.letter_limits import KEEP_DAYS
from sayso_protocol.letters.padding import LETTER_SIZES
from sayso_protocol.private.agreement import Device
from sayso_protocol.private.contents.introduction import write_introduction
from sayso_protocol.private.contents.message import Message, write_message
from sayso_protocol.private.mailbox import Mailbox
from sayso_protocol.private.mailbox_effects import (
    Announce,
    Deliver,
    Effect,
    Knocked,
    MessageState,
    NoteState,
    PublishPrekey,
    Show,
    Store,
    Withdraw,
    WordTaken,
)
from sayso_protocol.private.mailbox_events import (
    Accepted,
    CarriersEmptied,
    DevicesKnown,
    Event,
    KnockTaken,
    KnownDevice,
    LetterReported,
    LettersTaken,
    LetterState,
    PrekeyPublished,
    Tick,
    Withdrawn,
    Write,
)
from sayso_protocol.private.private_limits import DAY_MS

START_MS = 20_000 * DAY_MS


@dataclass
class Lying:
    """A letter at a carrier."""

    id: bytes
    box: bytes
    letter: bytes
    home: Home
    since_ms: int


@dataclass
class Home:
    """One device: what it keeps on its disk, and what it showed."""

    world: World
    account: KeyPair
    feed: KeyPair
    mailbox: Mailbox
    disk: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    shown: list[tuple[bytes, bytes]] = field(default_factory=list)
    states: dict[bytes, list[MessageState]] = field(default_factory=dict)
    knocks: list[Knocked] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    """Of what it wrote, that whose first word was taken."""
    announced: list[bytes] = field(default_factory=list)
    queue: dict[bytes, Deliver] = field(default_factory=dict)
    seq: int = 2
    is_on: bool = True

    def handle(self, event: Event) -> list[Effect]:
        """Tell the mailbox, and do what it wants."""
        effects = self.mailbox.handle(event, self.world.now_ms)
        for one in effects:
            self._do(one)
        return effects

    def write(self, to: KeyPair, text: str, lifetime_ms: int | None = None) -> bytes:
        """A message to somebody, and to the own other devices."""
        name = self.world.random(16)
        message = Message(name, to.public, text, self.world.now_ms, lifetime_ms)
        accounts = to.public, self.account.public
        until_ms = self.world.now_ms + 40 * DAY_MS
        self.handle(Write(name, accounts, write_message(message), until_ms))
        return name

    def knock(self, to: KeyPair, word: bytes) -> bytes:
        """Something that says a first word at the door of who may not know the writer."""
        name = self.world.random(16)
        content = write_message(Message(name, to.public, "at the door", self.world.now_ms, None))
        until_ms = self.world.now_ms + 40 * DAY_MS
        self.handle(Write(name, (to.public,), content, until_ms, first_word=word))
        return name

    def words(self) -> list[bytes]:
        """First words that came, in order."""
        return [one.first_word for one in self.knocks]

    def ids(self) -> list[bytes]:
        """Ids of what it showed, in order."""
        return [name for name, _ in self.shown]

    def restart(self) -> None:
        """Read the disk, as after the power failed."""
        self.mailbox = self.world.restored(self, self.disk)

    def lose(self, disk: Iterable[tuple[tuple[str, bytes], bytes]] = ()) -> None:
        """Lose all that is in no backup; what is written and not read is kept by the owner."""
        self.disk = dict(disk)
        self.queue.clear()
        self.restart()
        self.handle(Tick())
        self.world.tell_devices()

    def revoke(self, other: Home) -> None:
        """End another device of the own account, for all to see."""
        self.world.ended.setdefault(self.account.public, set()).add(other.feed.public)
        self.world.tell_devices()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Store(kind=kind, key=key, value=None):
                self.disk.pop((kind, key), None)
            case Store(kind=kind, key=key, value=bytes() as value):
                self.disk[kind, key] = value
            case Deliver():
                assert len(effect.letter) in LETTER_SIZES
                self.queue[effect.letter_id] = effect
            case Withdraw(letter_id=name):
                self.queue.pop(name, None)
            case Show(id=name, content=content):
                self.shown.append((name, content))
            case NoteState(id=name, state=state):
                self.states.setdefault(name, []).append(state)
            case Knocked():
                self.knocks.append(effect)
            case WordTaken(id=name):
                self.taken.append(name)
            case Announce(feed=feed):
                self.announced.append(feed)
            case PublishPrekey(identity=identity, week=week, number=number):
                self.world.publish(self, identity, week, number)


class World:
    """All homes, and one carrier for all of them."""

    def __init__(
        self, seed: object, loss: float = 0.0, doubling: float = 0.0, shuffles: bool = False
    ) -> None:
        self.dice = random.Random(repr(seed))
        self.random = random.Random(f"bytes {seed!r}").randbytes
        self.loss, self.doubling, self.shuffles = loss, doubling, shuffles
        self.now_ms = START_MS
        self.homes: list[Home] = []
        self.lying: list[Lying] = []
        self.lost: list[tuple[Home, bytes]] = []
        """Letters that the carrier took and lost; asked on the next day, it does not know them."""
        self.seen: list[tuple[bytes, bytes]] = []
        """All letters that ever lay at the carrier: box and letter."""
        self.prekeys: dict[bytes, KnownDevice] = {}
        self.ended: dict[bytes, set[bytes]] = {}

    def person(self) -> KeyPair:
        """An account."""
        return KeyPair.from_seed(self.random(32))

    def home(self, account: KeyPair) -> Home:
        """A new device, with its prekey published."""
        feed = KeyPair.from_seed(self.random(32))
        mailbox = Mailbox.restore(account.public, feed.public, (), self.random)
        home = Home(self, account, feed, mailbox)
        self.homes.append(home)
        home.handle(Tick())
        self.tell_devices()
        return home

    def restored(self, home: Home, disk: dict[tuple[str, bytes], bytes]) -> Mailbox:
        records = [(kind, value) for (kind, _), value in disk.items()]
        return Mailbox.restore(home.account.public, home.feed.public, records, self.random)

    def publish(self, home: Home, identity: bytes, week: bytes, number: int) -> None:
        """A real entry, granted and signed."""
        body = write_body(Prekey(identity, week, number))
        previous = self.random(32)
        run = sign_run(home.feed, home.seq, previous, [self.now_ms], [body])
        size, digest = commitment(run.bodies[0])
        header = encode_header(home.feed.public, home.seq, previous, self.now_ms, size, digest)
        grant = sign_grant(home.account, home.feed, bytes(32))
        home.seq += 1
        device = Device(home.account.public, home.feed.public, identity, week)
        self.prekeys[home.feed.public] = KnownDevice(device, self.now_ms)
        introduction = write_introduction(grant.wire, header, run.signatures[0], body)
        home.handle(PrekeyPublished(week, introduction))

    def tell_devices(self) -> None:
        """Feeds have spread: all know all prekeys and all ends."""
        accounts = dict.fromkeys(one.account.public for one in self.homes)
        for home in self.homes:
            for account in accounts:
                if home.is_on:
                    ended = frozenset(self.ended.get(account, ()))
                    known = tuple(
                        one for one in self.prekeys.values() if one.device.account == account
                    )
                    home.handle(DevicesKnown(account, known, ended))

    def friends(self) -> None:
        """All want to hear from all."""
        for home in self.homes:
            for other in self.homes:
                home.handle(Accepted(other.account.public))

    def round(self) -> None:
        """All lay down what they have, and collect what lies for them."""
        for home in self.homes:
            if home.is_on:
                self._lay_down(home)
        for home in self.homes:
            if home.is_on:
                self._collect(home)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.round()

    def days(self, count: int) -> None:
        """Days pass, with one round and news of all feeds on each."""
        for _ in range(count):
            self.now_ms += DAY_MS
            old = self.now_ms - KEEP_DAYS * DAY_MS
            for one in [one for one in self.lying if one.since_ms < old]:
                self.lying.remove(one)
                one.home.handle(LetterReported(one.id, LetterState.RETURNED))
            for home, name in self.lost:
                home.handle(LetterReported(name, LetterState.RETURNED))
            self.lost.clear()
            for home in self.homes:
                if home.is_on:
                    home.handle(Tick())
            self.tell_devices()
            self.round()
            self.round()

    def letters_for(self, home: Home) -> list[Lying]:
        """What a device would find at the carrier."""
        boxes = set(home.mailbox.boxes(self.now_ms)) | self._doors(home)
        return [one for one in self.lying if one.box in boxes]

    def _doors(self, home: Home) -> set[bytes]:
        today = day_at(self.now_ms)
        return {door_box(home.account.public, day) for day in range(today - 31, today + 2)}

    def _lay_down(self, home: Home) -> None:
        queued = list(home.queue.values())
        home.queue.clear()
        for one in queued:
            if self.dice.random() >= self.loss:
                self.seen.append((one.box, one.letter))
                lying = Lying(one.letter_id, one.box, one.letter, home, self.now_ms)
                self.lying += [lying] * (2 if self.dice.random() < self.doubling else 1)
            else:
                self.lost.append((home, one.letter_id))
            home.handle(LetterReported(one.letter_id, LetterState.CARRIED))

    def _collect(self, home: Home) -> None:
        found = self.letters_for(home)
        doors = self._doors(home)
        if self.shuffles:
            self.dice.shuffle(found)
        for one in found:
            at_door = one.box in doors
            if at_door:
                home.handle(KnockTaken(one.letter))
            else:
                home.handle(LettersTaken(((one.box, one.letter),)))
                self.lying.remove(one)
                one.home.handle(LetterReported(one.id, LetterState.DELIVERED))
        home.handle(CarriersEmptied())


__all__ = ["START_MS", "Home", "Withdrawn", "World"]

"""Another device: its keys, the sessions with it, and the boxes between both.

A session belongs to the feed and the identity: a device that lost its store has another identity,
and is called anew. Of several sessions, made by calls that crossed, both ends use the one with the
smaller first key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..codec import Value
from .agreement import Device
from .mailbox_events import KnownDevice
from .packing import array, binary, fields, number, only_form, record, truth
from .private_limits import (
    DAY_MS,
    ID_SIZE,
    MAX_SESSIONS,
    MAX_SKIP,
    MAX_TICKETS,
    PEEK_DAYS,
    PREKEY_FRESH_MS,
    RESEND_MS,
    TICKET_MS,
)
from .ratchet import KEY_SIZE, Random, Ratchet, Undecryptable

VERSION: Final = 1
MAX_RECEIPTS: Final = 1_024
"""Receipts that are owed to a device; of more the eldest come when it sends again."""


@dataclass(slots=True)
class PeerSession:
    """A session of one agreement."""

    first_key: bytes
    identity: bytes
    """The other end's."""
    since_ms: int
    ratchet: Ratchet
    is_in_doubt: bool = False
    """Nothing that was written in it was receipted: read, and not written in, until something
    comes in it."""

    @property
    def is_usable(self) -> bool:
        """Whether a letter sealed now can be read: the other end skips so many keys at most."""
        is_open = self.ratchet.can_send and not self.is_in_doubt
        return is_open and self.ratchet.chains.sent < MAX_SKIP


@dataclass(slots=True)
class Ticket:
    """A pair secret. `direction` is that in which this device writes (0 or 1), the other one is
    that of the other device."""

    secret: bytes = field(repr=False)
    direction: int
    until_ms: int
    """The last time at which letters are laid into its boxes."""
    is_known: bool
    """Whether the other end has it, as far as is known here."""

    @property
    def last_peek_ms(self) -> int:
        """Until when its boxes may hold something."""
        return self.until_ms + PEEK_DAYS * DAY_MS


@dataclass(slots=True)
class Peer:
    """See the module."""

    account: bytes
    feed: bytes
    is_accepted: bool = False
    """Whether the own side wants to hear from it; before, its boxes are not looked into."""
    known: KnownDevice | None = None
    sessions: list[PeerSession] = field(default_factory=list)
    """The newest agreement last."""
    tickets: list[Ticket] = field(default_factory=list)
    """By their end, the first to end first."""
    receipts: dict[bytes, None] = field(default_factory=dict)
    """Ids of what came and was not receipted yet."""
    owes_answer: bool = False
    """Its first letter came: until it is answered, the week's key opens all it writes."""

    def learn(self, known: KnownDevice) -> bool:
        """Take what a prekey entry says, unless a newer one is known; whether that is new."""
        if self.known == known or (self.known and known.since_ms < self.known.since_ms):
            return False
        self.known = known
        return True

    def identity(self) -> bytes | None:
        """The identity that it has now, as far as is known."""
        if self.known is not None:
            return self.known.device.identity
        return self.sessions[-1].identity if self.sessions else None

    def callable_at(self, now_ms: int) -> Device | None:
        """Its keys, where they may still be used."""
        if self.known is None or now_ms - self.known.since_ms > PREKEY_FRESH_MS:
            return None
        return self.known.device

    def session(self) -> PeerSession | None:
        """The one in which to write."""
        identity = self.identity()
        usable = [one for one in self.sessions if one.identity == identity and one.is_usable]
        return min(usable, key=lambda one: one.first_key, default=None)

    @property
    def is_heard_by(self) -> bool:
        """Whether the other end is known to read what comes in its boxes: it answered, or
        called."""
        identity = self.identity()
        return any(
            one.identity == identity
            and not one.is_in_doubt
            and (one.ratchet.is_answered or not one.ratchet.can_send)
            for one in self.sessions
        )

    def awaits_first_letter(self, now_ms: int) -> bool:
        """Whether it called, and its first letter, after which one can answer, may still come."""
        identity = self.identity()
        return self.is_accepted and any(
            one.identity == identity
            and not (one.ratchet.can_send or one.is_in_doubt)
            and now_ms - one.since_ms < RESEND_MS
            for one in self.sessions
        )

    def ticket(self, now_ms: int) -> Ticket | None:
        """The pair secret whose boxes to use."""
        usable = [one for one in self.tickets if one.is_known and one.until_ms > now_ms]
        return usable[-1] if usable else None

    def add_session(self, session: PeerSession) -> None:
        """Keep a session; of too many the oldest agreement goes."""
        self.sessions.append(session)
        del self.sessions[:-MAX_SESSIONS]

    def add_ticket(self, secret: bytes, direction: int, now_ms: int, *, is_known: bool) -> None:
        """Keep a pair secret; of too many the one that ends first goes."""
        if any(one.secret == secret for one in self.tickets):
            return
        self.tickets.append(Ticket(secret, direction, now_ms + TICKET_MS, is_known))
        self.tickets.sort(key=lambda one: one.until_ms)
        del self.tickets[:-MAX_TICKETS]

    def give_up(self) -> None:
        """Write no more in any session of the identity that it has now."""
        for one in self.sessions:
            one.is_in_doubt |= one.identity == self.identity()

    def decrypt(self, letter: bytes, now_ms: int, random: Random) -> bytes:
        """What a letter says, in whichever session. Raises `Undecryptable`."""
        for session in reversed(self.sessions):
            is_first = not session.ratchet.can_send
            try:
                content = session.ratchet.decrypt(letter, now_ms, random)
            except Undecryptable:
                continue
            self.owes_answer |= is_first
            session.is_in_doubt = False
            return content
        raise Undecryptable("for no session with this device")

    def note_receipt(self, name: bytes) -> None:
        """Owe a receipt."""
        self.receipts[name] = None
        while len(self.receipts) > MAX_RECEIPTS:
            del self.receipts[next(iter(self.receipts))]

    def forget(self, now_ms: int) -> bool:
        """Let go of skipped keys and of tickets whose time is over; whether there were any."""
        before = len(self.tickets), [len(one.ratchet.skipped) for one in self.sessions]
        self.tickets = [one for one in self.tickets if one.last_peek_ms > now_ms]
        for one in self.sessions:
            one.ratchet.forget(now_ms)
        return before != (len(self.tickets), [len(one.ratchet.skipped) for one in self.sessions])

    def pack(self) -> Value:
        """As a canonical array."""
        known: Value = None
        if self.known is not None:
            device = self.known.device
            known = [device.identity, device.week, self.known.since_ms]
        sessions: list[Value] = [
            [one.first_key, one.identity, one.since_ms, one.ratchet.pack(), one.is_in_doubt]
            for one in self.sessions
        ]
        tickets: list[Value] = [
            [one.secret, one.direction, one.until_ms, one.is_known] for one in self.tickets
        ]
        return [
            VERSION, self.account, self.feed, self.is_accepted, known, sessions, tickets,
            list(self.receipts), self.owes_answer,
        ]  # fmt: skip

    @classmethod
    def unpack(cls, value: Value) -> Peer:
        """Read what `pack` gave. Raises `Refused`."""
        account, feed, accepted, known, sessions, tickets, receipts, owes = record(
            value, VERSION, 8
        )
        names = binary(account, KEY_SIZE), binary(feed, KEY_SIZE)
        return only_form(
            cls(
                *names,
                truth(accepted),
                None if known is None else _read_known(*names, known),
                [_read_session(one) for one in array(sessions, MAX_SESSIONS)],
                [_read_ticket(one) for one in array(tickets, MAX_TICKETS)],
                dict.fromkeys(binary(one, ID_SIZE) for one in array(receipts, MAX_RECEIPTS)),
                truth(owes),
            ),
            value,
        )


def _read_known(account: bytes, feed: bytes, value: Value) -> KnownDevice:
    identity, week, since_ms = fields(value, 3)
    device = Device(account, feed, binary(identity, KEY_SIZE), binary(week, KEY_SIZE))
    return KnownDevice(device, number(since_ms))


def _read_session(value: Value) -> PeerSession:
    first_key, identity, since_ms, ratchet, in_doubt = fields(value, 5)
    return PeerSession(
        binary(first_key, KEY_SIZE),
        binary(identity, KEY_SIZE),
        number(since_ms),
        Ratchet.unpack(ratchet),
        truth(in_doubt),
    )


def _read_ticket(value: Value) -> Ticket:
    secret, direction, until_ms, is_known = fields(value, 4)
    return Ticket(binary(secret, KEY_SIZE), number(direction, 1), number(until_ms), truth(is_known))

"""All that one device keeps for private messages, and which of it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ..codec import Value, decode, encode
from ..errors import BadShape
from .mailbox_effects import Store
from .outgoing import LaidLetter, Outgoing
from .own_prekeys import OwnPrekeys
from .packing import binary, number
from .peer import Peer
from .private_limits import (
    DAY_MS,
    ID_SIZE,
    MAX_OUTGOING,
    MAX_PEERS,
    MAX_STRANGERS,
    MAX_TAKEN,
    TAKEN_MS,
)
from .ratchet import KEY_SIZE

PREKEYS: Final = "own prekeys"
PEER: Final = "letter peer"
OUTGOING: Final = "letter content"
LAID: Final = "letter laid"
TAKEN: Final = "letter taken"
KINDS: Final = (PREKEYS, PEER, OUTGOING, LAID, TAKEN)
"""Kinds of records; each is read in the order in which it was put."""

_ONLY: Final = b""


class MailboxFull(Exception):
    """More waits for receipts than is kept: the owner has to wait, or forget some of it."""


@dataclass(slots=True)
class MailboxState:
    """See the module. Peers by feed, content by id, letters by id, taken ids by account and id."""

    account: bytes
    feed: bytes
    prekeys: OwnPrekeys
    peers: dict[bytes, Peer] = field(default_factory=dict)
    outgoing: dict[bytes, Outgoing] = field(default_factory=dict)
    laid: dict[bytes, LaidLetter] = field(default_factory=dict)
    taken: dict[bytes, int] = field(default_factory=dict)
    accepted: set[bytes] = field(default_factory=set)
    ended: set[bytes] = field(default_factory=set)
    """Feeds that their accounts ended; told at each start."""
    _changed: dict[tuple[str, bytes], None] = field(default_factory=dict)

    @classmethod
    def restore(
        cls, account: bytes, feed: bytes, fresh: OwnPrekeys, records: Iterable[tuple[str, bytes]]
    ) -> MailboxState:
        """The state of these records, each a kind and a value; `fresh` keys where there are none.
        Raises `Refused` for a record that is none."""
        state = cls(account, feed, fresh)
        is_new = True
        for kind, data in records:
            value = decode(data)
            match kind:
                case "own prekeys":
                    state.prekeys, is_new = OwnPrekeys.unpack(value), False
                case "letter peer":
                    peer = Peer.unpack(value)
                    state.peers[peer.feed] = peer
                case "letter content":
                    item = Outgoing.unpack(value)
                    state.outgoing[item.id] = item
                case "letter laid":
                    letter = LaidLetter.unpack(value)
                    state.laid[letter.id] = letter
                case "letter taken":
                    state._read_taken(value)
                case _:
                    raise BadShape("a record of another kind")
        if is_new:
            state.changed(PREKEYS, _ONLY)
        return state

    def changed(self, kind: str, key: bytes) -> None:
        """Note that a record is to be kept anew, or deleted."""
        self._changed[kind, key] = None

    def changes(self) -> Iterator[Store]:
        """What is to be kept of all that changed, once."""
        for kind, key in self._changed:
            value = self._value(kind, key)
            yield Store(kind, key, None if value is None else encode(value))
        self._changed.clear()

    def peers_of(self, account: bytes) -> list[Peer]:
        """The known devices of an account."""
        return [one for one in self.peers.values() if one.account == account]

    def is_accepted(self, account: bytes) -> bool:
        """Whether the owner wants to hear from it."""
        return account == self.account or account in self.accepted

    def words_at(self, account: bytes, now_ms: int) -> int:
        """How much of what was written was laid at an account's door as a first word within the
        last day, or lies there still."""
        feeds = [one.feed for one in self.peers_of(account)]
        lying = {one.word for one in self.laid.values() if one.account == account}
        return sum(
            item.id in lying
            or any(
                item.targets[feed].told_ms > now_ms - DAY_MS
                for feed in feeds
                if feed in item.targets
            )
            for item in self.outgoing.values()
        )

    def add_peer(self, account: bytes, feed: bytes) -> Peer | None:
        """A new device; None where there is no room for it. Of strangers the one that came first
        makes room."""
        is_accepted = self.is_accepted(account)
        strangers = [one for one in self.peers.values() if not one.is_accepted]
        is_full = len(self.peers) >= MAX_PEERS or (
            not is_accepted and len(strangers) >= MAX_STRANGERS
        )
        if is_full and not strangers:
            return None
        if is_full:
            self.drop_peer(strangers[0].feed)
        peer = self.peers[feed] = Peer(account, feed, is_accepted)
        self.changed(PEER, feed)
        return peer

    def drop_peer(self, feed: bytes) -> None:
        """Let go of a device with all that opens its letters."""
        del self.peers[feed]
        self.changed(PEER, feed)

    def add_outgoing(self, item: Outgoing) -> None:
        """Keep a content. Raises `MailboxFull`."""
        if len(self.outgoing) >= MAX_OUTGOING:
            raise MailboxFull("too much waits for receipts")
        self.outgoing[item.id] = item
        self.changed(OUTGOING, item.id)

    def note_taken(self, account: bytes, name: bytes, now_ms: int) -> bool:
        """Note that something came; whether it came for the first time."""
        key = account + name
        if key in self.taken:
            return False
        self.taken[key] = now_ms
        self.changed(TAKEN, key)
        self.forget_taken(now_ms)
        return True

    def forget_taken(self, now_ms: int) -> None:
        """Let go of ids that are too many or too old."""
        while self.taken:
            key, since_ms = next(iter(self.taken.items()))
            if len(self.taken) <= MAX_TAKEN and now_ms - since_ms < TAKEN_MS:
                return
            del self.taken[key]
            self.changed(TAKEN, key)

    def _read_taken(self, value: Value) -> None:
        match value:
            case [key, since_ms]:
                self.taken[binary(key, KEY_SIZE + ID_SIZE)] = number(since_ms)
            case _:
                raise BadShape("an id that was taken, and when")

    def _value(self, kind: str, key: bytes) -> Value:
        match kind:
            case "own prekeys":
                return self.prekeys.pack()
            case "letter peer":
                return self.peers[key].pack() if key in self.peers else None
            case "letter content":
                return self.outgoing[key].pack() if key in self.outgoing else None
            case "letter laid":
                return self.laid[key].pack() if key in self.laid else None
            case _:
                return [key, self.taken[key]] if key in self.taken else None

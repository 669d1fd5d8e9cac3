"""Knocks of the owner as letters: own ones that go out, what their stamps cost, and others' ones
that came.

All is called within `OwnerLetters`, in a thread, one at a time.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from sayso_protocol.errors import Refused
from sayso_protocol.letters.box import DAY_MS, letter_id
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_protocol.letters.stamp import stamp_bits
from sayso_protocol.private.contents.first_word import FirstWord, Reason, fits, write_first_word
from sayso_protocol.private.contents.message import Message
from sayso_protocol.private.mailbox import MailboxFull
from sayso_protocol.private.mailbox_effects import Deliver, Show
from sayso_protocol.private.mailbox_events import Write
from sayso_protocol.private.private_limits import RETURNED_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ...accounts.lineage import line_of
from ...accounts.profile import newest_profile
from ...clock import now_ms
from ...filters.file import load_rules
from ...home.directory import Home
from ...knocks.incoming import TakenKnock, take_knocks
from ...knocks.outgoing import (
    KnockState,
    OwnKnock,
    best_way,
    first_word_of,
    note_state,
    own_knocks,
    price_of,
    queue_new,
)
from ...messages.device_mailbox import DeviceMailbox

log = logging.getLogger(__name__)

PRICE: Final = "letter price"
"""The bits that a knock needs, by its reader: one byte, `NOBODY` where nobody may knock."""

NOBODY: Final = 255

SHORTENED: Final = 1_000
"""Characters of a long message that stand at the door."""

KNOCK_LETTER: Final = "knock written"
"""Own knocks that the mailbox has been told of, by the id that it knows them by."""

_ID_SIZE: Final = 16


class KnockLetters:
    """See the module. Raises `StoreError` and `NodeError`."""

    def __init__(self, home: Home, store: Store, records: SealedRecords) -> None:
        self._home, self._store, self._records = home, store, records
        self._taken: list[TakenKnock] = []

    # What goes out.

    def price(self, knock: Deliver) -> int | None:
        """The bits that a reader wants of this owner, as far as it is known here; None where
        nobody may knock."""
        kept = self._records.get(PRICE, knock.account)
        if kept is not None:
            return None if kept[0] == NOBODY else kept[0]
        return price_of(self._store, knock.account, best_way(self._store, knock.account))

    def write(self, mailbox: DeviceMailbox, now: int) -> None:
        """Hand own knocks to the mailbox: where the reader's devices know this one, they go as
        letters, else as a first word at the door."""
        queue_new(self._store, self._records, now)
        waiting = own_knocks(self._records, KnockState.WAITING)
        # One knock brings one of them; the others come once the reader has accepted the caller.
        for knock in sorted(waiting, key=lambda one: one.reason is Reason.FOLLOW):
            name = _name_of(knock)
            if self._records.get(KNOCK_LETTER, name) is not None:
                self._follow(knock, name, now)
                continue
            word = first_word_of(self._store, knock)
            if word is None:
                note_state(self._records, knock.key, KnockState.RETURNED, now)
                continue
            try:
                content = write_first_word(word)
                event = Write(name, (knock.reader,), content, now + RETURNED_MS, first_word=content)
                with self._records.writing():
                    self._note_way(knock.reader, word)
                    mailbox.write(event, now)
                    self._records.put(KNOCK_LETTER, name, knock.key)
            except (Refused, MailboxFull) as error:
                log.info("a knock waits: %s", error)

    def first_word(self, message: Message) -> bytes:
        """What a message to somebody who may not know the owner says at the door."""
        own = self._store.own_feed()
        if own is None:
            return b""
        name = newest_profile(self._store, line_of(self._store, own.account)).name
        way = best_way(self._store, message.to)
        word = FirstWord(Reason.MESSAGE, own.grant, None, message.text, name or None, way)
        if not fits(word):  # it is read whole once the caller is accepted
            word = replace(word, text=message.text[:SHORTENED] + "…")
        if not fits(word):
            word = replace(word, way=None)
        self._note_way(message.to, word)
        return write_first_word(word)

    def note_carried(self, reader: bytes, now: int) -> None:
        """A carrier holds what was laid at a reader's door."""
        self._note(reader, KnockState.CARRIED, now)

    def note_delivered(self, mailbox: DeviceMailbox, reader: bytes, now: int) -> None:
        """A reader's node took what was laid at his door."""
        self._records.delete(PRICE, reader)
        for name in self._note(reader, KnockState.DELIVERED, now):
            self._records.delete(KNOCK_LETTER, name)
            mailbox.withdraw(name, now)

    # What comes in.

    def begin(self) -> None:
        """Forget what was taken and never shelved: it comes again."""
        self._taken = []

    def take(self, mailbox: DeviceMailbox, carried: CarriedLetter, day: int, now: int) -> None:
        """A letter from the own door, which is open on a Unix day; then `shelve`."""
        name = letter_id(carried.box, carried.letter)
        bits = 0 if carried.stamp is None else stamp_bits(carried.box, name, carried.stamp)
        calling = mailbox.take_knock(carried.letter, now)
        if calling is None:
            return
        is_wanted = self.is_wanted(calling.account)
        if calling.first_word and not is_wanted:  # of whom the owner follows all comes anyway
            self._taken.append(
                TakenKnock(name, day, bits, carried.tag, calling.account, calling.first_word)
            )
        if is_wanted:
            mailbox.accept(calling.account, now)

    def take_content(self, shown: Show) -> None:
        """A first word that came as a letter, of somebody whom this device knows; then `shelve`."""
        name, day = shown.id[:_ID_SIZE], now_ms() // DAY_MS
        self.add(TakenKnock(name, day, 0, b"", shown.account, shown.content))

    def add(self, taken: TakenKnock) -> None:
        """A knock that did not come to the door; then `shelve`."""
        self._taken.append(taken)

    def shelve(self, now: int) -> None:
        """Judge and shelve what was taken since."""
        taken, self._taken = self._taken, []
        if taken:
            take_knocks(self._store, self._records, load_rules(self._home), taken, now)

    def is_wanted(self, account: bytes) -> bool:
        """Whether the owner wants to hear from somebody: he follows him, by whatever key."""
        line = {*line_of(self._store, account)}
        return any(one.account in line for one in self._store.subscriptions())

    def _follow(self, knock: OwnKnock, name: bytes, now: int) -> None:
        if now - knock.since_ms >= RETURNED_MS:
            with self._records.writing():
                note_state(self._records, knock.key, KnockState.RETURNED, now)
                self._records.delete(KNOCK_LETTER, name)

    def _note(self, reader: bytes, state: KnockState, now: int) -> list[bytes]:
        """What became of the letter at a reader's door holds for all knocks that it brought;
        gives the ids that the mailbox knows them by."""
        noted = []
        for knock in own_knocks(self._records):
            name = _name_of(knock)
            if knock.reader == reader and self._records.get(KNOCK_LETTER, name) is not None:
                note_state(self._records, knock.key, state, now)
                noted.append(name)
        return noted

    def _note_way(self, reader: bytes, word: FirstWord) -> None:
        """Keep what the dearest word to a reader has to be worth; the knock pays for all of it."""
        price = price_of(self._store, reader, word.way)
        kept = self._records.get(PRICE, reader)
        bits = max(NOBODY if price is None else price, 0 if kept is None else kept[0])
        self._records.put(PRICE, reader, bytes([bits]))


def _name_of(knock: OwnKnock) -> bytes:
    """The id by which the mailbox knows a knock: the same each time."""
    return blake2b(knock.key, digest_size=_ID_SIZE, person=b"sayso knock 1").digest()

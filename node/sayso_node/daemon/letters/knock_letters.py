"""Knocks of the owner as letters: own ones that go out, what their stamps cost, and others' ones
that came.

All is called within `OwnerLetters`, in a thread, one at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from sayso_protocol.errors import Refused
from sayso_protocol.letters.box import DAY_MS, letter_id
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_protocol.letters.stamp import stamp_bits
from sayso_protocol.private.contents.first_word import (
    FirstWord,
    Reason,
    Way,
    fits,
    read_first_word,
    write_first_word,
)
from sayso_protocol.private.contents.message import Message
from sayso_protocol.private.mailbox import MailboxFull
from sayso_protocol.private.mailbox_effects import Deliver, MessageState, Show
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

MAX_WAYS: Final = 256
"""Own first words whose ways are remembered: reading one costs a few signatures."""

SHORTENED: Final = 1_000
"""Characters of a long message that stand at the door."""

KNOCK_LETTER: Final = "knock written"
"""Own knocks that the mailbox has been told of, by the id that it knows them by."""

_ID_SIZE: Final = 16


class KnockLetters:
    """See the module. Raises `StoreError` and `NodeError`."""

    def __init__(self, home: Home, store: Store, records: SealedRecords) -> None:
        self._home, self._store, self._records = home, store, records
        self._called: list[TakenKnock] = []
        self._taken: list[TakenKnock] = []

    # What goes out.

    def price(self, mailbox: DeviceMailbox, knock: Deliver) -> int | None:
        """The bits that a reader wants of this owner for what a knock says, as far as it is known
        here; None where nobody may knock."""
        said = b"" if knock.word is None else mailbox.first_word_of(knock.word)
        way = _way_of(said) if said else best_way(self._store, knock.account)
        return price_of(self._store, knock.account, way)

    def write(self, mailbox: DeviceMailbox, now: int) -> None:
        """Hand own knocks to the mailbox, the oldest first: where the reader's devices know this
        one, they go as letters, else each as a first word at the door besides."""
        queue_new(self._store, self._records, now)
        for knock in own_knocks(self._records, KnockState.WAITING):
            name = _name_of(knock)
            if self._records.get(KNOCK_LETTER, name) is not None:
                continue
            word = first_word_of(self._store, knock)
            if word is None:
                note_state(self._records, knock.key, KnockState.RETURNED, now)
                continue
            try:
                content = write_first_word(word)
                event = Write(name, (knock.reader,), content, now + RETURNED_MS, first_word=content)
                with self._records.writing():
                    self._records.put(KNOCK_LETTER, name, knock.key)
                    mailbox.write(event, now)
            except (Refused, MailboxFull) as error:
                log.info("a knock waits: %s", error)

    def note(self, name: bytes, state: MessageState) -> None:
        """What became of something written, if it is a knock. What came is at its end, though its
        letter may still wait until the caller is accepted."""
        key = self._records.get(KNOCK_LETTER, name)
        if key is None:
            return
        note_state(self._records, key, KnockState(state), now_ms())
        if state in (MessageState.DELIVERED, MessageState.RETURNED):
            self._records.delete(KNOCK_LETTER, name)

    def first_word(self, message: Message) -> bytes:
        """What a message to somebody who may not know the owner says at the door."""
        own = self._store.own_feed()
        if own is None:
            return b""
        name = newest_profile(self._store, line_of(self._store, own.account)).name
        way = best_way(self._store, message.to)
        text = message.text or _words_of_files(message)
        word = FirstWord(Reason.MESSAGE, own.grant, None, text, name or None, way)
        if not fits(word):  # it is read whole once the caller is accepted
            word = replace(word, text=text[:SHORTENED] + "…")
        if not fits(word):
            word = replace(word, way=None)
        return write_first_word(word)

    # What comes in.

    def begin(self) -> None:
        """Forget what was taken and never shelved: it comes again."""
        self._called, self._taken = [], []

    def take(self, mailbox: DeviceMailbox, carried: CarriedLetter, day: int, now: int) -> None:
        """A letter from the own door, which is open on a Unix day; then `shelve`."""
        calling = mailbox.take_knock(carried.letter, now)
        if calling is None:
            return
        name = letter_id(carried.box, carried.letter)
        bits = 0 if carried.stamp is None else stamp_bits(carried.box, name, carried.stamp)
        said = calling.account, calling.first_word
        self._called.append(TakenKnock(name, day, bits, carried.tag, *said))

    def take_content(self, shown: Show) -> None:
        """A first word that came as a letter, of somebody whom this device knows; then `shelve`."""
        name, day = shown.id[:_ID_SIZE], now_ms() // DAY_MS
        self.add(TakenKnock(name, day, 0, b"", shown.account, shown.content))

    def add(self, taken: TakenKnock) -> None:
        """A knock that did not come to the door; then `shelve`."""
        self._taken.append(taken)

    def shelve(self, mailbox: DeviceMailbox, now: int) -> None:
        """Judge and shelve what was taken since, and hear from those callers whom the owner
        follows: of them all comes anyway, and nothing lies on the shelf."""
        came, callers = [*self._called, *self._taken], {one.caller for one in self._called}
        self.begin()
        followed = self.followed([one.caller for one in came])
        for account in callers & followed:
            mailbox.accept(account, now)
        strange = [one for one in came if one.caller not in followed and one.content]
        if strange:
            take_knocks(self._store, self._records, load_rules(self._home), strange, now)

    def followed(self, callers: Iterable[bytes]) -> set[bytes]:
        """Those of some accounts whom the owner follows, by whatever key."""
        lines = {one: line_of(self._store, one) for one in callers}
        known = self._store.callings([key for line in lines.values() for key in line])
        return {one for one, line in lines.items() if not known.keys().isdisjoint(line)}


@lru_cache(MAX_WAYS)
def _way_of(word: bytes) -> Way | None:
    """By which way an own first word comes."""
    return read_first_word(word).way


def _words_of_files(message: Message) -> str:
    """What stands for the text of a message that has none: what its files show, or are."""
    return "\n".join(one.alt or f"[{one.type}]" for one in message.attachments)


def _name_of(knock: OwnKnock) -> bytes:
    """The id by which the mailbox knows a knock: the same each time."""
    return blake2b(knock.key, digest_size=_ID_SIZE, person=b"sayso knock 1").digest()

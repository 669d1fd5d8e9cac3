"""Letters of the owner: what his messages, knocks and groups want delivered, for the courier, and
what it brings, for them.

All is called in a thread, one at a time, by the running node alone: so nobody else turns a ratchet.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import islice
from typing import Final

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.letters.box import DAY_MS, door_box, letter_id
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_protocol.letters.letter_frames import LetterState as Said
from sayso_protocol.letters.stamp import stamp_bits
from sayso_protocol.private.contents.first_word import FirstWord, Reason, fits, write_first_word
from sayso_protocol.private.contents.message import Message
from sayso_protocol.private.mailbox import MailboxFull
from sayso_protocol.private.mailbox_effects import Deliver, Show
from sayso_protocol.private.mailbox_events import LetterState, Write
from sayso_protocol.private.private_limits import RETURNED_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ...accounts.lineage import line_of, own_accounts
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
from ...knocks.shelved import accepted_messages, get_state, remove_message
from ...letters.home_carrier import door_days
from ...letters.letter_source import LaidLetter, LetterReport, OwnDoor, Places, WaitingLetter
from ...messages.device_mailbox import Calling, DeviceMailbox
from ...messages.prekeys import Publish

log = logging.getLogger(__name__)

LAID: Final = "letter carried"
"""The account of each letter that carriers hold, by its id."""

POSTAGE: Final = "letter postage"
"""The bits that were asked for a letter, and the stamp that was found, by its id."""

PRICE: Final = "letter price"
"""The bits that a knock needs, by its reader: one byte, `NOBODY` where nobody may knock."""

NOBODY: Final = 255

SHORTENED: Final = 1_000
"""Characters of a long message that stand at the door."""

KNOCK_LETTER: Final = "knock written"
"""Own knocks that the mailbox has been told of, by the id that it knows them by."""

_ID_SIZE: Final = 16


class OwnerLetters:
    """See the module. Raises `StoreError` and `NodeError`."""

    def __init__(
        self,
        home: Home,
        store: Store,
        records: SealedRecords,
        door: tuple[KeyPair, Grant],
        publish: Publish,
    ) -> None:
        """`door`: the key and the grant of this device's feed, which collect at the door."""
        self._home, self._store, self._records = home, store, records
        self._door = OwnDoor(*door)
        self._mailbox = DeviceMailbox(store, records, publish, self._take_content, self._first_word)
        self._first_words: list[TakenKnock] = []

    # What goes out.

    def waiting(self, most: int) -> Sequence[WaitingLetter]:
        """See `LetterSource`."""
        now = now_ms()
        self._mailbox.update(now)
        self._hear_accepted(now)
        queue_new(self._store, self._records, now)
        self._write_knocks(now)
        return list(islice(self._waiting(), most))

    def laid(self, most: int) -> Sequence[LaidLetter]:
        """See `LetterSource`."""
        rows = self._records.scan(LAID, limit=most)
        return [LaidLetter(one.key, one.value) for one in rows]

    def note_stamp(self, letter: bytes, stamp: int) -> None:
        """See `LetterSource`."""
        with self._records.writing():
            self._put_postage(letter, self._postage(letter)[0], stamp)

    def report(self, reports: Sequence[LetterReport]) -> None:
        """See `LetterSource`."""
        now = now_ms()
        with self._records.writing():
            accounts = {one.letter_id: one.account for one in self._mailbox.deliveries()}
            for one in reports:
                self._report(one, accounts.get(one.id), now)

    def _report(self, said: LetterReport, account: bytes | None, now: int) -> None:
        records = self._records
        match said.state:
            case Said.CARRIED | Said.KNOWN if account is not None:
                records.put(LAID, said.id, account)
                self._tell(said.id, LetterState.CARRIED, now)
                self._note_knocks(account, KnockState.CARRIED, now)
            case Said.DELIVERED:
                reader = records.get(LAID, said.id) or account
                records.delete(LAID, said.id)
                self._tell(said.id, LetterState.DELIVERED, now)
                if reader is not None:
                    records.delete(PRICE, reader)
                    self._note_knocks(reader, KnockState.DELIVERED, now)
            case Said.DISPLACED | Said.NOT_HERE if records.get(LAID, said.id) is not None:
                records.delete(LAID, said.id)
                self._tell(said.id, LetterState.RETURNED, now)
            case Said.PRICE:
                bits, _stamp = self._postage(said.id)
                if said.detail > bits:
                    self._put_postage(said.id, said.detail, None)

    def _tell(self, letter: bytes, state: LetterState, now: int) -> None:
        self._mailbox.report(letter, state, now)
        self._records.delete(POSTAGE, letter)

    def _waiting(self) -> Iterator[WaitingLetter]:
        for one in list(self._mailbox.deliveries()):
            bits, stamp = self._postage(one.letter_id)
            if one.at_door:
                price = self._price(one)
                if price is None:
                    continue  # nobody may knock there; it is returned when its time is over
                bits = max(bits, price)
            yield WaitingLetter(one.letter_id, one.account, one.box, one.letter, bits, stamp)

    def _price(self, knock: Deliver) -> int | None:
        """The bits that a reader wants of this owner, as far as it is known here."""
        kept = self._records.get(PRICE, knock.account)
        if kept is not None:
            return None if kept[0] == NOBODY else kept[0]
        return price_of(self._store, knock.account, best_way(self._store, knock.account))

    def _postage(self, letter: bytes) -> tuple[int, int | None]:
        value = self._records.get(POSTAGE, letter)
        match None if value is None else decode(value):
            case None:
                return 0, None
            case [int() as bits, None]:
                return bits, None
            case [int() as bits, bytes() as stamp]:
                return bits, int.from_bytes(stamp, "big")
            case _:
                raise BadShape("postage that was kept otherwise")

    def _put_postage(self, letter: bytes, bits: int, stamp: int | None) -> None:
        kept = None if stamp is None else stamp.to_bytes(8, "big")
        self._records.put(POSTAGE, letter, encode([bits, kept]))

    # Knocks.

    def _write_knocks(self, now: int) -> None:
        """Hand own knocks to the mailbox: where the reader's devices know this one, they go as
        letters, else as a first word at the door."""
        waiting = own_knocks(self._records, KnockState.WAITING)
        # One knock brings one of them; the others come once the reader has accepted the caller.
        for knock in sorted(waiting, key=lambda one: one.reason is Reason.FOLLOW):
            name = _name_of(knock)
            if self._records.get(KNOCK_LETTER, name) is not None:
                self._follow_knock(knock, name, now)
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
                    self._mailbox.write(event, now)
                    self._records.put(KNOCK_LETTER, name, knock.key)
            except (Refused, MailboxFull) as error:
                log.info("a knock waits: %s", error)

    def _follow_knock(self, knock: OwnKnock, name: bytes, now: int) -> None:
        if now - knock.since_ms >= RETURNED_MS:
            with self._records.writing():
                note_state(self._records, knock.key, KnockState.RETURNED, now)
                self._records.delete(KNOCK_LETTER, name)

    def _note_knocks(self, reader: bytes, state: KnockState, now: int) -> None:
        """What became of the letter at a reader's door holds for all knocks that it brought."""
        for knock in own_knocks(self._records):
            name = _name_of(knock)
            if knock.reader == reader and self._records.get(KNOCK_LETTER, name) is not None:
                note_state(self._records, knock.key, state, now)
                if state is KnockState.DELIVERED:
                    self._records.delete(KNOCK_LETTER, name)
                    self._mailbox.withdraw(name, now)

    def _first_word(self, message: Message) -> bytes:
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

    def _note_way(self, reader: bytes, word: FirstWord) -> None:
        """Keep what the dearest word to a reader has to be worth; the knock pays for all of it."""
        price = price_of(self._store, reader, word.way)
        kept = self._records.get(PRICE, reader)
        bits = max(NOBODY if price is None else price, 0 if kept is None else kept[0])
        self._records.put(PRICE, reader, bytes([bits]))

    # What comes in.

    def places(self) -> Places:
        """See `LetterSource`."""
        boxes = tuple(self._mailbox.boxes(now_ms()).values())
        return Places(tuple(own_accounts(self._store)), boxes, (self._door,))

    def keep(self, letters: Sequence[CarriedLetter]) -> None:
        """See `LetterSource`."""
        now = now_ms()
        account = self._door.grant.account
        doors = {door_box(account, day): day for day in door_days(now)}
        with self._records.writing():
            self._first_words = []
            for one in letters:
                if one.box in doors:
                    self._take_knock(one, doors[one.box], now)
                else:
                    self._mailbox.take(((one.box, one.letter),), now)
            if self._first_words:
                rules = load_rules(self._home)
                take_knocks(self._store, self._records, rules, self._first_words, now)
        self._hear_accepted(now)

    def emptied(self) -> None:
        """See `LetterSource`."""
        self._mailbox.note_emptied(now_ms())

    def _take_knock(self, carried: CarriedLetter, day: int, now: int) -> None:
        name = letter_id(carried.box, carried.letter)
        bits = 0 if carried.stamp is None else stamp_bits(carried.box, name, carried.stamp)
        calling = self._mailbox.take_knock(carried.letter, now)
        if calling is None:
            return
        is_wanted = self._is_wanted(calling)
        if calling.first_word and not is_wanted:  # of whom the owner follows all comes anyway
            self._first_words.append(
                TakenKnock(name, day, bits, carried.tag, calling.account, calling.first_word)
            )
        if is_wanted:
            self._mailbox.accept(calling.account, now)

    def _take_content(self, shown: Show) -> None:
        """A first word that came as a letter, of somebody whom this device knows."""
        name, day = shown.id[:_ID_SIZE], now_ms() // DAY_MS
        self._first_words.append(TakenKnock(name, day, 0, b"", shown.account, shown.content))

    def _is_wanted(self, calling: Calling) -> bool:
        """Whether the owner wants to hear from a caller: he follows him, by whatever key."""
        line = {*line_of(self._store, calling.account)}
        return any(one.account in line for one in self._store.subscriptions())

    def _hear_accepted(self, now: int) -> None:
        """Hear from whoever was accepted on the shelf."""
        with self._records.writing():
            state = get_state(self._records)
            for account in () if state is None else state.accepted:
                if not self._mailbox.hears(account):
                    self._mailbox.accept(account, now)
            for name, _word in accepted_messages(self._records):
                remove_message(self._records, name)  # the message itself comes from its sender now


def _name_of(knock: OwnKnock) -> bytes:
    """The id by which the mailbox knows a knock: the same each time."""
    return blake2b(knock.key, digest_size=_ID_SIZE, person=b"sayso knock 1").digest()

"""Letters of the owner: what his messages, knocks and groups want delivered, for the courier, and
what it brings, for them.

All is called in a thread, one at a time, by the running node alone: so nobody else turns a ratchet.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import BadShape
from sayso_protocol.letters.box import door_box
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_protocol.letters.letter_frames import LetterState as Said
from sayso_protocol.private.mailbox_events import LetterState
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ...accounts.lineage import own_accounts
from ...clock import now_ms
from ...home.directory import Home
from ...knocks.shelved import accepted_messages, get_state, remove_message
from ...letters.home_carrier import door_days
from ...letters.letter_source import LaidLetter, LetterReport, OwnDoor, Places, WaitingLetter
from ...messages.device_mailbox import DeviceMailbox
from ...messages.prekeys import Publish
from .knock_letters import KnockLetters

log = logging.getLogger(__name__)

LAID: Final = "letter carried"
"""The account of each letter that carriers hold, by its id."""

POSTAGE: Final = "letter postage"
"""The bits that were asked for a letter, and the stamp that was found, by its id."""


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
        self._store, self._records = store, records
        self._door = OwnDoor(*door)
        self._knocks = KnockLetters(home, store, records)
        take_content, first_word = self._knocks.take_content, self._knocks.first_word
        self._mailbox = DeviceMailbox(
            store, records, publish, take_content, first_word, note=self._knocks.note
        )

    # What goes out.

    def waiting(self, most: int) -> Sequence[WaitingLetter]:
        """See `LetterSource`."""
        now = now_ms()
        self._mailbox.update(now)
        self._hear_accepted(now)
        self._knocks.write(self._mailbox, now)
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
            case Said.DELIVERED:
                records.delete(LAID, said.id)
                self._tell(said.id, LetterState.DELIVERED, now)
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
                price = self._knocks.price(self._mailbox, one)
                if price is None:
                    continue  # nobody may knock there; it is returned when its time is over
                bits = max(bits, price)
            yield WaitingLetter(one.letter_id, one.account, one.box, one.letter, bits, stamp)

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
            self._knocks.begin()
            for one in letters:
                if one.box in doors:
                    self._knocks.take(self._mailbox, one, doors[one.box], now)
                else:
                    self._mailbox.take(((one.box, one.letter),), now)
            self._knocks.shelve(self._mailbox, now)
        self._hear_accepted(now)

    def emptied(self) -> None:
        """See `LetterSource`."""
        self._mailbox.note_emptied(now_ms())

    def _hear_accepted(self, now: int) -> None:
        """Hear from whoever was accepted on the shelf."""
        with self._records.writing():
            state = get_state(self._records)
            for account in () if state is None else state.accepted:
                if not self._mailbox.hears(account):
                    self._mailbox.accept(account, now)
            for name, _word in accepted_messages(self._records):
                remove_message(self._records, name)  # the message itself comes from its sender now

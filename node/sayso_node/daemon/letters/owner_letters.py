"""Letters of the owner: what his messages, knocks and groups want delivered, for the courier, and
what it brings, for them.

All is called in a thread, one at a time, by the running node alone: so nobody else turns a ratchet.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import BadShape
from sayso_protocol.letters.box import door_box
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_protocol.letters.letter_frames import LetterState as Said
from sayso_protocol.private.contents import content_kind, first_word, message
from sayso_protocol.private.mailbox_effects import Show
from sayso_protocol.private.mailbox_events import LetterState
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ...accounts.lineage import own_accounts
from ...clock import now_ms
from ...home.directory import Home
from ...knocks.shelved import accepted_messages, get_state, remove_message
from ...letters.home_carrier import door_days
from ...letters.letter_source import LaidLetter, LetterReport, OwnDoor, Places, WaitingLetter
from ...media.sealed_store import open_sealed
from ...messages.device_mailbox import DeviceMailbox
from ...messages.erasure import erase_due
from ...messages.prekeys import Publish
from ...messages.sealed_files import SealedFiles
from .group_letters import KINDS as GROUP_KINDS
from .group_letters import GroupLetters
from .knock_letters import KnockLetters
from .member_messages import MemberMessages

log = logging.getLogger(__name__)

LAID: Final = "letter carried"
"""The account of each letter that carriers hold, by its id."""

POSTAGE: Final = "letter postage"
"""The bits that were asked for a letter, and the stamp that was found, by its id."""


MAX_ASKED: Final = 32
"""Accounts at whose carriers is looked for answers."""

POSTS_SHARE: Final = 4
"""The part of what one round takes that is for posts in groups, where there is more of all."""


class OwnerLetters:
    """See the module. Raises `StoreError` and `NodeError`."""

    def __init__(
        self,
        home: Home,
        store: Store,
        records: SealedRecords,
        door: tuple[KeyPair, Grant],
        publish: Publish,
        carriage_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`door`: the key and the grant of this device's feed, which collect at the door;
        `carriage_changed` is told when others accounts are carried than before."""
        self._store, self._records = store, records
        self._door = OwnDoor(*door)
        self._knocks = KnockLetters(home, store, records)
        knocks = self._knocks
        self._groups = GroupLetters(store, records, door, knocks.first_word, carriage_changed)
        self._members = MemberMessages(store, records, knocks.add, knocks.followed)
        self._mailbox = DeviceMailbox(
            store, records, publish, self._take_content, knocks.first_word, note=knocks.note
        )
        self._files = SealedFiles(records, open_sealed(home))
        self._turn = self._damaged = 0

    # What goes out.

    def waiting(self, most: int) -> Sequence[WaitingLetter]:
        """See `LetterSource`."""
        now = now_ms()
        self._mailbox.update(now)
        self._hear_accepted(now)
        self._knocks.write(self._mailbox, now)
        self._groups.update(self._mailbox, now)
        self._files.update(now)
        erase_due(self._records, now)
        self._note_damaged()
        found = [*self._waiting()]
        posts = [*self._groups.waiting(max(most - len(found), most // POSTS_SHARE))]
        return [*self._in_turn(found, most - len(posts)), *posts]

    def laid(self, most: int) -> Sequence[LaidLetter]:
        """See `LetterSource`."""
        rows = list(self._records.scan(LAID, limit=most))
        kept_up = self._kept_up() if rows else ()
        return [LaidLetter(one.key, one.value, one.value not in kept_up) for one in rows]

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
            case Said.CARRIED | Said.KNOWN | Said.DELIVERED if self._groups.note_taken(said.id):
                pass
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

    def _in_turn(self, found: list[WaitingLetter], most: int) -> list[WaitingLetter]:
        """Some of them; where there are too many, others each time, so that those whose readers no
        carrier is known of do not keep all others back."""
        if len(found) <= most:
            return found
        first, self._turn = self._turn % len(found), self._turn + most
        return [*found[first:], *found[:first]][:most]

    def _waiting(self) -> Iterator[WaitingLetter]:
        deliveries = list(self._mailbox.deliveries())
        kept_up = self._kept_up() if deliveries else ()
        for one in deliveries:
            bits, stamp = self._postage(one.letter_id)
            if one.at_door:
                price = self._knocks.price(self._mailbox, one)
                if price is None:
                    continue  # nobody may knock there; it is returned when its time is over
                bits = max(bits, price)
            is_answer = not one.at_door and one.account not in kept_up
            yield WaitingLetter(
                one.letter_id, one.account, one.box, one.letter, bits, stamp, is_answer
            )

    def _kept_up(self) -> Collection[bytes]:
        """Accounts whose profiles are asked for."""
        return frozenset(self._store.carried_accounts())

    def _note_damaged(self) -> None:
        if self._records.passed_over > self._damaged:
            self._damaged = self._records.passed_over
            log.warning(
                "%d records of letters are damaged and passed over: `sayso doctor` says what to do",
                self._damaged,
            )

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

    @property
    def refused(self) -> Counter[str]:
        """What was said in groups and refused since the start, by the rule that it broke."""
        return self._groups.refused

    def places(self) -> Places:
        """See `LetterSource`."""
        now = now_ms()
        posts = (key for key, _group, _epoch in self._groups.boxes(now).values())
        boxes = (*self._mailbox.boxes(now).values(), *posts)
        own = tuple(own_accounts(self._store))
        return Places(own, boxes, (self._door,), self._asked())

    def _asked(self) -> tuple[bytes, ...]:
        """Those who were written to, or knocked at, the latest, and do not follow the owner."""
        heard = self._mailbox.heard()
        follow = self._store.following_among(self._door.grant.account, heard)
        return tuple(one for one in heard if one not in follow)[-MAX_ASKED:]

    def keep(self, letters: Sequence[CarriedLetter]) -> None:
        """See `LetterSource`."""
        now, account = now_ms(), self._door.grant.account
        doors = {door_box(account, day): day for day in door_days(now)}
        with self._records.writing():
            self._knocks.begin()
            posts = self._groups.boxes(now)
            for one in letters:
                if one.box in doors:
                    self._knocks.take(self._mailbox, one, doors[one.box], now)
                elif one.box in posts:
                    self._groups.take_letter(one.box, one.letter, now)
                else:
                    self._mailbox.take(((one.box, one.letter),), now)
            self._knocks.shelve(self._mailbox, now)
        self._hear_accepted(now)

    def emptied(self) -> None:
        """See `LetterSource`."""
        self._mailbox.note_emptied(now_ms())
        self._groups.note_emptied()

    def _take_content(self, shown: Show) -> None:
        """A content that came by the mailbox, which knows its kind but not what to do with it."""
        match content_kind(shown.content):
            case message.KIND:
                self._members.take(shown, now_ms())
            case first_word.KIND:
                self._knocks.take_content(shown)
            case kind if kind in GROUP_KINDS:
                self._groups.take(shown, now_ms())

    def _hear_accepted(self, now: int) -> None:
        """Hear from whoever was accepted on the shelf."""
        with self._records.writing():
            state = get_state(self._records)
            for account in () if state is None else state.accepted:
                if not self._mailbox.hears(account):
                    self._mailbox.accept(account, now)
            for name, _word in accepted_messages(self._records):
                remove_message(self._records, name)  # the message itself comes from its sender now
            self._members.update(self._mailbox, now)
            self._knocks.shelve(self._mailbox, now)

"""The mailbox of this device on its sealed records: what it keeps, sends and shows.

Only one process may have it: the running node. All effects of an event are in one transaction; what
is to be delivered lies in the records until the courier has reported of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.private.contents import content_kind
from sayso_protocol.private.contents import history as histories
from sayso_protocol.private.contents import message as message_content
from sayso_protocol.private.mailbox import Mailbox, MailboxFull
from sayso_protocol.private.mailbox_effects import (
    Announce,
    Deliver,
    Effect,
    Knocked,
    MessageState,
    NoteState,
    PublishPrekey,
    Show,
    Withdraw,
    WordTaken,
)
from sayso_protocol.private.mailbox_effects import Store as Keep
from sayso_protocol.private.mailbox_events import (
    Accepted,
    CarriersEmptied,
    Event,
    KnockTaken,
    LetterReported,
    LettersTaken,
    LetterState,
    Tick,
    Withdrawn,
    Write,
)
from sayso_protocol.private.mailbox_state import KINDS
from sayso_protocol.private.private_limits import RETURNED_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import FeedState, Store

from ..accounts.lineage import newest_keys, own_account, own_accounts
from .erasure import mark_forgotten
from .expiry import Expiry
from .history_transfer import HistoryTransfer
from .kept_message import (
    UNSENT,
    KeptMessage,
    get_message,
    note_state,
    put_message,
)
from .moved_accounts import begin_anew_if_moved, send_again
from .new_devices import NewDevice, put_new_device
from .prekeys import Publish, known_devices, publish_prekey

DELIVERY: Final = "letter delivery"
OWNER: Final = "own mailbox"
"""Accounts whose letters are read."""

ONLY_GROUPS: Final = b"groups"
"""The value where that is for a closed group that both are in, and the owner neither follows the
account nor accepted nor answered it."""

MOVED: Final = b"moved"
"""The value where it goes on under another key, which is heard instead."""

TOLD_AGAIN_MS: Final = 600_000
"""How often all devices are looked at, also where no feed has changed."""

Shower = Callable[[Show], None]
"""Takes a content of a kind that is no message, and a message of somebody who is heard only for
groups."""

FirstWordMaker = Callable[[message_content.Message], bytes]
"""Gives what a message says at the door of somebody who may not know its writer."""

StateTaker = Callable[[bytes, MessageState], None]
"""Takes what became of something that is no message, by its id: `DELIVERED` also where its first
word was."""


@dataclass(frozen=True, slots=True)
class Calling:
    """A knock that was opened: who called, and his first word, perhaps empty."""

    account: bytes
    feed: bytes
    first_word: bytes


class DeviceMailbox:
    """See the module. Everything raises `StoreError`."""

    def __init__(
        self,
        store: Store,
        records: SealedRecords,
        publish: Publish,
        show: Shower | None = None,
        first_word: FirstWordMaker | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
        note: StateTaker | None = None,
    ) -> None:
        self._store, self._records, self._publish, self._show = store, records, publish, show
        self._first_word, self._note = first_word, note
        self._expiry = Expiry(store, records)
        self._history = HistoryTransfer(store, records, self._send_part, self._send_no_more)
        own = store.own_feed()
        if own is None:
            raise ValueError("a home without a feed has no mailbox")
        self._account, self._feed = own_account(store), own.feed
        self._random = random
        self._told: dict[bytes, list[FeedState]] = {}
        self._told_ms = self._now_ms = 0
        begin_anew_if_moved(store, records, own.feed, DELIVERY)
        self._mailbox = self._opened()

    # What the running node calls.

    def update(self, now_ms: int) -> None:
        """Take what commands wrote and forgot, what is new of others' devices, and the time."""
        self._now_ms = now_ms
        with self._records.writing():
            self._tell(Tick(), now_ms)
            self._heed_rotations(now_ms)
            self._tell_devices(now_ms)
            is_less = False
            for record in list(self._records.scan(UNSENT)):
                is_less |= not self._send(record.key, now_ms)
                self._records.delete(UNSENT, record.key)
            if self._expiry.update(now_ms) or is_less:
                self._history.drop_gone()
            self._history.update(self._mailbox.devices_of(self._account), now_ms)

    def accept(self, account: bytes, now_ms: int, *, only_groups: bool = False) -> None:
        """Hear from an account from now on: it is followed, or was answered; or it is in a closed
        group with the owner, and is heard for that alone."""
        with self._records.writing():
            self._hear(account, now_ms, only_groups)
            self._tell(Accepted(account), now_ms)

    def write(self, event: Write, now_ms: int, *, only_groups: bool = False) -> None:
        """Send a content of another kind, and hear from its readers. Raises `MailboxFull`."""
        with self._records.writing():
            for account in event.accounts:
                self._hear(account, now_ms, only_groups)
            self._tell(event, now_ms)

    def withdraw(self, name: bytes, now_ms: int) -> None:
        """Send a content no more."""
        with self._records.writing():
            self._tell(Withdrawn(name), now_ms)

    def hears(self, account: bytes, *, only_groups: bool = False) -> bool:
        """Whether what an account writes is read here; or at least what it says in groups."""
        value = self._records.get(OWNER, account)
        return value is not None and (only_groups or value != ONLY_GROUPS)

    def heard(self) -> list[bytes]:
        """Accounts of which all that comes is read, in the order in which that began."""
        return [one.key for one in self._records.scan(OWNER) if one.value != ONLY_GROUPS]

    def devices(self) -> dict[bytes, list[bytes]]:
        """The feeds of the known devices of others, and of the owner's other ones, by account."""
        return self._mailbox.devices()

    def keep_message(self, account: bytes, content: bytes) -> None:
        """Keep a message that was handed to the shower. Raises `Refused`."""
        self._take_message(account, message_content.read_message(content))

    def first_word_of(self, name: bytes) -> bytes:
        """The first word of something that waits; empty where it has none."""
        return self._mailbox.first_word_of(name)

    def boxes(self, now_ms: int) -> dict[bytes, KeyPair]:
        """The secret boxes to look into, with the keys that prove the right to collect."""
        return self._mailbox.boxes(now_ms)

    def take_knock(self, letter: bytes, now_ms: int) -> Calling | None:
        """Open a letter from the own door; None where it is for another device, damaged, forged,
        or came before."""
        with self._records.writing():
            for effect in self._tell(KnockTaken(letter), now_ms):
                if isinstance(effect, Knocked):
                    return Calling(effect.account, effect.feed, effect.first_word)
        return None

    def take(self, letters: tuple[tuple[bytes, bytes], ...], now_ms: int) -> None:
        """Take letters from secret boxes, each with its box; all is kept when this returns, and
        they may be erased at the carrier."""
        with self._records.writing():
            self._tell(LettersTaken(letters), now_ms)

    def deliveries(self) -> Iterator[Deliver]:
        """What is to be laid into boxes, the oldest first."""
        return deliveries(self._records)

    def report(self, letter_id: bytes, state: LetterState, now_ms: int) -> None:
        """Take a courier's report; what is carried is delivered no more."""
        with self._records.writing():
            self._records.delete(DELIVERY, letter_id)
            self._tell(LetterReported(letter_id, state), now_ms)

    def note_emptied(self, now_ms: int) -> None:
        """Note that all that all carriers held was collected."""
        with self._records.writing():
            self._tell(CarriersEmptied(), now_ms)

    # What the mailbox is told, and wants.

    def _hear(self, account: bytes, now_ms: int, only_groups: bool) -> None:
        was = self._records.get(OWNER, account)
        if was is None or (was == ONLY_GROUPS and not only_groups):
            self._records.put(OWNER, account, ONLY_GROUPS if only_groups else b"")
        if was is None:
            self._tell(known_devices(self._store, account), now_ms)

    def _heed_rotations(self, now_ms: int) -> None:
        """Write to accounts under the keys under which they go on, also what waits."""
        heard = {one.key: one.value for one in self._records.scan(OWNER)}
        own = own_accounts(self._store)
        for account, newest in zip(heard, newest_keys(self._store, heard), strict=True):
            if account == newest or account in own or heard[account] == MOVED:
                continue
            self._tell(known_devices(self._store, account), now_ms)  # all have ended
            self._hear(newest, now_ms, heard[account] == ONLY_GROUPS)
            self._tell(Accepted(newest), now_ms)
            send_again(self._records, account, own)
            self._records.put(OWNER, account, MOVED)

    def _tell_devices(self, now_ms: int) -> None:
        """Tell of devices where a feed of theirs has changed: there may be thousands."""
        if not 0 <= now_ms - self._told_ms < TOLD_AGAIN_MS:
            self._told, self._told_ms = {}, now_ms
        accounts = self._accounts()
        feeds = self._store.feeds_of_each(accounts)
        for account in accounts:
            now = feeds.get(account, [])
            if self._told.get(account) != now:
                self._tell(known_devices(self._store, account), now_ms)
                self._told[account] = now

    def _tell(self, event: Event, now_ms: int) -> list[Effect]:
        """Tell the mailbox; the caller has begun the transaction. Where that fails, what is in
        memory would be ahead of the disk: it is read again."""
        try:
            effects = self._mailbox.handle(event, now_ms)
            for effect in effects:
                self._do(effect, now_ms)
        except MailboxFull:
            raise
        except BaseException:
            self._mailbox = self._opened()
            raise
        return effects

    def _do(self, effect: Effect, now_ms: int) -> None:
        records = self._records
        match effect:
            case Keep(kind=kind, key=key, value=None):
                records.delete(kind, key)
            case Keep(kind=kind, key=key, value=bytes() as value):
                records.put(kind, key, value)
            case Deliver():
                fields = effect.account, effect.box, effect.letter, effect.at_door, effect.word
                records.put(DELIVERY, effect.letter_id, encode([*fields]))
            case Withdraw(letter_id=name):
                records.delete(DELIVERY, name)
            case NoteState(id=name, state=state):
                note_state(records, name, state)
                self._history.note(name, state)
                self._tell_state(name, state)
            case WordTaken(id=name):
                self._tell_state(name, MessageState.DELIVERED)
            case Show():
                self._take_content(effect, now_ms)
            case PublishPrekey():
                published = publish_prekey(self._store, self._publish, effect)
                if published is not None:
                    self._tell(published, now_ms)
            case Announce():
                self._announce(effect, now_ms)
            case Knocked():
                pass  # its caller takes it from the list

    def _announce(self, new: Announce, now_ms: int) -> None:
        """Tell the owner, but of his own devices, of which the store tells, and of those of members
        of groups."""
        if new.account != self._account and self.hears(new.account):
            put_new_device(self._records, NewDevice(new.account, new.feed, now_ms))

    def _tell_state(self, name: bytes, state: MessageState) -> None:
        if self._note is not None:
            self._note(name, state)

    def _take_content(self, shown: Show, now_ms: int) -> None:
        try:
            match content_kind(shown.content):
                case message_content.KIND if not self._hears_at_all(shown.account):
                    if self._show is not None:
                        self._show(shown)
                case message_content.KIND:
                    self._take_message(shown.account, message_content.read_message(shown.content))
                case histories.KIND:
                    if shown.account == self._account:
                        for past in histories.read_history(shown.content):
                            self._take_past(past, now_ms)
                case _ if self._show is not None:
                    self._show(shown)
        except Refused:
            return  # what cannot be read is nothing

    def _take_past(self, past: histories.PastMessage, now_ms: int) -> None:
        expires_ms = past.message.expires_ms
        if expires_ms is None or now_ms < expires_ms:
            self._take_message(past.author, past.message)

    def _hears_at_all(self, account: bytes) -> bool:
        """Whether messages of an account are shown without a question."""
        return self._records.get(OWNER, account) != ONLY_GROUPS

    def _take_message(self, author: bytes, message: message_content.Message) -> None:
        own = frozenset(own_accounts(self._store))
        is_ours = author in own or message.to in own
        if is_ours and get_message(self._records, message.id) is None:
            kept = KeptMessage(author, message, MessageState.DELIVERED)
            put_message(self._records, kept, own)
            self._expiry.note(message.expires_ms)

    def _send(self, name: bytes, now_ms: int) -> bool:
        """A message that a command wrote; False for one that it forgot."""
        kept = get_message(self._records, name)
        if kept is None:
            self._tell(Withdrawn(name), now_ms)
            mark_forgotten(self._records)  # what was to be sent of it is deleted only now
            return False
        to = newest_keys(self._store, [kept.message.to])[0]
        message = replace(kept.message, to=to)
        expires_ms = message.expires_ms
        self._expiry.note(expires_ms)
        until_ms = now_ms + RETURNED_MS if expires_ms is None else expires_ms
        content = message_content.write_message(message)
        first = b"" if self._first_word is None else self._first_word(message)
        is_stranger = not self._store.following_among(self._account, [to])
        event = Write(
            name, (to, self._account), content, until_ms,
            first_word=first, is_stranger=is_stranger,
        )  # fmt: skip
        if self._mailbox.state_of(name) is not None:  # it goes on under another key
            self._tell(Withdrawn(name), now_ms)
        try:
            self.write(event, now_ms)
        except MailboxFull:
            note_state(self._records, name, MessageState.RETURNED)
        return True

    def _send_part(self, name: bytes, feed: bytes, content: bytes, until_ms: int) -> bool:
        """See `SendPart`."""
        event = Write(name, (self._account,), content, until_ms, feeds=frozenset((feed,)))
        try:
            self._tell(event, self._now_ms)
        except MailboxFull:
            return False
        return True

    def _send_no_more(self, name: bytes) -> None:
        self._tell(Withdrawn(name), self._now_ms)

    def _accounts(self) -> list[bytes]:
        return [self._account, *(one.key for one in self._records.scan(OWNER))]

    def _opened(self) -> Mailbox:
        self._told = {}
        found = ((kind, record.value) for kind in KINDS for record in self._records.scan(kind))
        mailbox = Mailbox.restore(self._account, self._feed, found, self._random)
        for record in self._records.scan(OWNER):
            mailbox.handle(Accepted(record.key), 0)
        return mailbox


def deliveries(records: SealedRecords) -> Iterator[Deliver]:
    """What the mailbox of these records wants laid into boxes. Raises `StoreError`."""
    for record in records.scan(DELIVERY):
        yield _read_delivery(record.key, record.value)


def _read_delivery(key: bytes, value: bytes) -> Deliver:
    match decode(value):
        case [bytes() as account, bytes() as box, bytes() as letter, bool() as at_door, *more]:
            match more:
                case [] | [None]:  # an older sayso kept no more
                    return Deliver(key, account, box, letter, at_door)
                case [bytes() as word]:
                    return Deliver(key, account, box, letter, at_door, word)
                case _:
                    raise BadShape("a delivery that was kept otherwise")
        case _:
            raise BadShape("a delivery that was kept otherwise")

"""The mailbox of this device on its sealed records: what it keeps, sends and shows.

Only one process may have it: the running node. All effects of an event are in one transaction; what
is to be delivered lies in the records until the courier has reported of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_account, own_accounts
from .conversation import forget_expired
from .kept_message import (
    UNSENT,
    KeptMessage,
    get_message,
    note_state,
    put_message,
)
from .prekeys import Publish, known_devices, publish_prekey

DELIVERY: Final = "letter delivery"
OWNER: Final = "own mailbox"

Shower = Callable[[Show], None]
"""Takes a content of a kind that is no message: groups."""

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
        own = store.own_feed()
        if own is None:
            raise ValueError("a home without a feed has no mailbox")
        self._account, self._feed = own_account(store), own.feed
        self._random = random
        self._mailbox = self._opened()
        self.announced: list[Announce] = []
        """New devices that the owner has to be told of."""

    # What the running node calls.

    def update(self, now_ms: int) -> None:
        """Take what commands wrote and forgot, what is new of others' devices, and the time."""
        with self._records.writing():
            self._tell(Tick(), now_ms)
            for account in self._accounts():
                self._tell(known_devices(self._store, account), now_ms)
            for record in list(self._records.scan(UNSENT)):
                self._send(record.key, now_ms)
                self._records.delete(UNSENT, record.key)
            forget_expired(self._store, self._records, now_ms)

    def accept(self, account: bytes, now_ms: int) -> None:
        """Hear from an account from now on: it is followed, or was answered."""
        with self._records.writing():
            self._records.put(OWNER, account, b"")
            self._tell(known_devices(self._store, account), now_ms)
            self._tell(Accepted(account), now_ms)

    def write(self, event: Write, now_ms: int) -> None:
        """Send a content of another kind. Raises `MailboxFull`."""
        with self._records.writing():
            for account in event.accounts:
                self._records.put(OWNER, account, b"")
                self._tell(known_devices(self._store, account), now_ms)
            self._tell(event, now_ms)

    def withdraw(self, name: bytes, now_ms: int) -> None:
        """Send a content no more."""
        with self._records.writing():
            self._tell(Withdrawn(name), now_ms)

    def hears(self, account: bytes) -> bool:
        """Whether what an account writes is read here."""
        return self._records.get(OWNER, account) is not None

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
        for record in self._records.scan(DELIVERY):
            yield _read_delivery(record.key, record.value)

    def report(self, letter_id: bytes, state: LetterState, now_ms: int) -> None:
        """Take a courier's report; what is carried is delivered no more."""
        with self._records.writing():
            self._records.delete(DELIVERY, letter_id)
            self._tell(LetterReported(letter_id, state), now_ms)

    def note_emptied(self, now_ms: int) -> None:
        """Note that all that all carriers held was collected."""
        with self._records.writing():
            self._tell(CarriersEmptied(), now_ms)

    # What the mailbox wants.

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
                self._tell_state(name, state)
            case WordTaken(id=name):
                self._tell_state(name, MessageState.DELIVERED)
            case Show():
                self._take_content(effect)
            case PublishPrekey():
                published = publish_prekey(self._store, self._publish, effect)
                if published is not None:
                    self._tell(published, now_ms)
            case Announce():
                self.announced.append(effect)
            case Knocked():
                pass  # its caller takes it from the list

    def _tell_state(self, name: bytes, state: MessageState) -> None:
        if self._note is not None:
            self._note(name, state)

    def _take_content(self, shown: Show) -> None:
        try:
            match content_kind(shown.content):
                case message_content.KIND:
                    self._take_message(shown.account, message_content.read_message(shown.content))
                case histories.KIND:
                    if shown.account == self._account:
                        for past in histories.read_history(shown.content):
                            self._take_message(past.author, past.message)
                case _ if self._show is not None:
                    self._show(shown)
        except Refused:
            return  # what cannot be read is nothing

    def _take_message(self, author: bytes, message: message_content.Message) -> None:
        own = frozenset(own_accounts(self._store))
        is_ours = author in own or message.to in own
        if is_ours and get_message(self._records, message.id) is None:
            kept = KeptMessage(author, message, MessageState.DELIVERED)
            put_message(self._records, kept, own)

    def _send(self, name: bytes, now_ms: int) -> None:
        """A message that a command wrote, or forgot."""
        kept = get_message(self._records, name)
        if kept is None:
            self._tell(Withdrawn(name), now_ms)
            return
        message = kept.message
        expires_ms = message.expires_ms
        until_ms = now_ms + RETURNED_MS if expires_ms is None else expires_ms
        content = message_content.write_message(message)
        first = b"" if self._first_word is None else self._first_word(message)
        is_stranger = not self._store.following_among(self._account, [message.to])
        event = Write(
            name, (message.to, self._account), content, until_ms,
            first_word=first, is_stranger=is_stranger,
        )  # fmt: skip
        try:
            self.write(event, now_ms)
        except MailboxFull:
            note_state(self._records, name, MessageState.RETURNED)

    def _accounts(self) -> list[bytes]:
        return [self._account, *(one.key for one in self._records.scan(OWNER))]

    def _opened(self) -> Mailbox:
        found = ((kind, record.value) for kind in KINDS for record in self._records.scan(kind))
        mailbox = Mailbox.restore(self._account, self._feed, found, self._random)
        for record in self._records.scan(OWNER):
            mailbox.handle(Accepted(record.key), 0)
        return mailbox


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

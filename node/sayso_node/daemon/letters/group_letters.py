"""Closed groups of the owner as letters: contents and posts that go out, and those that came.

Contents go through the mailbox to all devices of an account, posts into a box for each device. All
is called within `OwnerLetters`, in a thread, one at a time.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Final

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import Refused
from sayso_protocol.letters.box import day_at
from sayso_protocol.private.contents.message import Message
from sayso_protocol.private.groups.contents import (
    EPOCHS,
    INVITATION,
    OPERATIONS,
    POST,
    REQUEST,
    GroupContent,
    Invitation,
    Request,
    read_content,
)
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.group_limits import DAY_MS
from sayso_protocol.private.mailbox import MailboxFull
from sayso_protocol.private.mailbox_effects import Show
from sayso_protocol.private.mailbox_events import Write
from sayso_protocol.private.private_limits import RETURNED_MS
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ...letters.letter_source import WaitingLetter
from ...messages.carried_members import CarriedMembers
from ...messages.device_mailbox import DeviceMailbox, FirstWordMaker
from ...messages.erasure import mark_deleted
from ...messages.group_book import GroupBook
from ...messages.group_boxes import GroupBoxes
from ...messages.group_deliveries import GroupDeliveries
from ...messages.group_records import (
    WaitingContent,
    forget_waiting,
    put_content,
    revision,
    waiting_contents,
)
from ...messages.group_succession import GroupSuccession

log = logging.getLogger(__name__)

KINDS: Final = frozenset((INVITATION, OPERATIONS, EPOCHS, REQUEST, POST))
"""Kinds of contents that concern groups."""

ACCOUNTS_AT_ONCE: Final = 64
"""Accounts to which one content of the mailbox goes: it is kept anew with each receipt."""

CONTENTS_AT_ONCE: Final = 256
"""Contents that one look hands to the mailbox."""

REQUEST_MS: Final = DAY_MS
"""How long a request is sent again: by then there was another one."""

FIRST_ASK_MS: Final = 600_000
"""After the start, until what was missed is asked for where carriers cannot be emptied: most of it
lies there."""


class GroupLetters:
    """See the module. Raises `StoreError`."""

    def __init__(
        self,
        store: Store,
        records: SealedRecords,
        door: tuple[KeyPair, Grant],
        first_word: FirstWordMaker,
        carriage_changed: Callable[[], None],
    ) -> None:
        """`first_word` says at the door what a message says, `carriage_changed` is told when others
        accounts are carried than before."""
        device, self._grant = door
        self._records, self._first_word = records, first_word
        self._carriage_changed = carriage_changed
        self._book = GroupBook(records, device, self._grant)
        self._succession = GroupSuccession(store, self._book, self._grant.account)
        self._boxes = GroupBoxes(device.public)
        self._deliveries = GroupDeliveries(records, device.public)
        self._carried = CarriedMembers(store, records)
        self._places: dict[bytes, tuple[KeyPair, bytes, bytes]] = {}
        self._places_of: tuple[int, int] | None = None
        self._since_ms: int | None = None
        self._is_emptied = False
        self.refused: Counter[str] = Counter()
        """Contents and letters that were refused since the start, by the rule that they broke."""

    # --- what goes out --------------------------------------------------------------------------

    def update(self, mailbox: DeviceMailbox, now_ms: int) -> None:
        """Do what is due, hear from all members, and hand over what waits to be sent."""
        if self._may_ask(now_ms):
            with self._records.writing():
                if self._book.tick(now_ms):
                    mark_deleted(self._records, now_ms)
        self._succession.update(now_ms)
        groups = self._book.joined()
        self._hear(mailbox, groups, now_ms)
        for waiting in waiting_contents(self._records, CONTENTS_AT_ONCE):
            if not self._send(mailbox, waiting, now_ms):
                break
        self._deliveries.update({one.id: one for one in groups}, mailbox.devices(), now_ms)

    def waiting(self, most: int) -> Iterator[WaitingLetter]:
        """Posts that no carrier is known to hold, since `update`, at most so many."""
        for one in self._deliveries.waiting(most):
            yield WaitingLetter(one.letter_id, one.account, one.box, one.letter)

    def note_taken(self, letter: bytes) -> bool:
        """A carrier has a letter, or had it; whether it is one of a group's posts."""
        return self._deliveries.note_taken(letter)

    def note_emptied(self) -> None:
        """All that carriers held was taken: what was missed is missing there too."""
        self._is_emptied = True

    def _may_ask(self, now_ms: int) -> bool:
        if self._since_ms is None:
            self._since_ms = now_ms
        return self._is_emptied or now_ms - self._since_ms >= FIRST_ASK_MS

    def _hear(self, mailbox: DeviceMailbox, groups: list[Group], now_ms: int) -> None:
        members = {one for group in groups if group.is_in for one in group.members}
        members.discard(self._grant.account)
        with self._records.writing():
            for account in members:
                if not mailbox.hears(account, only_groups=True):
                    mailbox.accept(account, now_ms, only_groups=True)
            changed = self._carried.keep_up(members, now_ms)
        if changed:
            self._carriage_changed()

    def _send(self, mailbox: DeviceMailbox, waiting: WaitingContent, now_ms: int) -> bool:
        """Hand a content to the mailbox, for some accounts at once; False where that is full."""
        accounts: tuple[bytes, ...] = waiting.accounts or (self._grant.account,)
        content = read_content(waiting.content)
        until_ms = now_ms + (REQUEST_MS if isinstance(content, Request) else RETURNED_MS)
        while accounts:
            some, accounts = accounts[:ACCOUNTS_AT_ONCE], accounts[ACCOUNTS_AT_ONCE:]
            name = _name_of(waiting.key, len(accounts))
            with self._records.writing():
                word = self._word_for(content, some[0], now_ms)
                event = Write(name, some, waiting.content, until_ms, first_word=word)
                try:
                    mailbox.write(event, now_ms, only_groups=True)
                except MailboxFull as error:
                    log.info("what is said in a group waits: %s", error)
                    return False
                if accounts:
                    put_content(self._records, waiting.key, accounts, waiting.content)
                else:
                    forget_waiting(self._records, waiting)
        return True

    def _word_for(self, content: GroupContent, account: bytes, now_ms: int) -> bytes:
        """What is said at the door of somebody who may not know the owner: an invitation goes to
        one account alone, and all else to those who know of the group."""
        if not isinstance(content, Invitation) or account == self._grant.account:
            return b""
        name = self._book.get(content.group).charter.name
        text = _("invites you to the closed group “{name}”").format(name=name)
        return self._first_word(Message(content.group, account, text, now_ms))

    # --- what comes in --------------------------------------------------------------------------

    def boxes(self, now_ms: int) -> dict[bytes, tuple[KeyPair, bytes, bytes]]:
        """Where posts may lie now: each box with the key that proves the right to collect, the
        group and the epoch."""
        key = revision(self._records), day_at(now_ms)
        if key != self._places_of:
            groups = [one for one in self._book.joined() if one.epochs.all()]
            self._places, self._places_of = self._boxes.to_read(groups, now_ms), key
        return self._places

    def take_letter(self, box: bytes, letter: bytes, now_ms: int) -> None:
        """Take a letter from one of `boxes`."""
        _key, group, epoch = self._places[box]
        try:
            self._book.take_letter(group, epoch, letter, now_ms)
        except (Refused, KeyError) as error:
            self._refuse(error)

    def take(self, shown: Show, now_ms: int) -> None:
        """Take a content of one of `KINDS` that came by the mailbox."""
        try:
            self._book.take(shown.account, shown.content, now_ms)
        except Refused as error:
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        self.refused[type(error).__name__] += 1
        log.info("something that was said in a group is refused: %s", type(error).__name__)


def _name_of(key: bytes, left: int) -> bytes:
    """The id by which the mailbox knows a part of a content."""
    data = key + left.to_bytes(4, "big")
    return blake2b(data, digest_size=16, person=b"sayso gr part").digest()

"""Messages of people who are only in a group with the owner: they wait on the shelf, as the first
words of strangers do, until he accepts, answers or follows their writer.

They came by letter, so they cost no stamp; how many of one sender lie there the shelf bounds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.letters.box import day_at
from sayso_protocol.private.contents.first_word import FirstWord, Reason, fits, write_first_word
from sayso_protocol.private.contents.message import read_message
from sayso_protocol.private.mailbox_effects import Show
from sayso_protocol.private.private_limits import RETURNED_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ...accounts.lineage import line_of
from ...accounts.profile import newest_profile
from ...knocks.incoming import TakenKnock
from ...knocks.shelved import get_knock, kept_knocks, remove_knock
from ...messages.device_mailbox import DeviceMailbox
from .knock_letters import SHORTENED

log = logging.getLogger(__name__)

WITHHELD: Final = "withheld message"
"""Messages that wait, by their ids."""

MOST: Final = 256
"""Messages that wait: more than the shelf has places; of more the newest are let go of."""

PAID: Final = 255
"""The bits that such a message counts for: more than any price."""


@dataclass(frozen=True, slots=True)
class _Withheld:
    account: bytes
    feed: bytes
    content: bytes
    since_ms: int
    knock: bytes = b""
    """Its id on the shelf; empty before it lies there."""


class MemberMessages:
    """See the module. `shelve` takes a knock to be judged and shelved; `followed` gives those of
    some accounts that the owner follows, by whatever key."""

    def __init__(
        self,
        store: Store,
        records: SealedRecords,
        shelve: Callable[[TakenKnock], None],
        followed: Callable[[Iterable[bytes]], Collection[bytes]],
    ) -> None:
        self._store, self._records = store, records
        self._shelve, self._followed = shelve, followed

    def take(self, shown: Show, now_ms: int) -> None:
        """Keep a message until it is known what becomes of it; then `update`. Raises `Refused`."""
        read_message(shown.content)
        if self._records.count(WITHHELD) >= MOST:
            log.info("a message of a member of a group is let go of: too many wait")
            return
        name = blake2b(shown.account + shown.id, digest_size=16, person=b"sayso withheld").digest()
        self._put(name, _Withheld(shown.account, shown.feed, shown.content, now_ms))

    def update(self, mailbox: DeviceMailbox, now_ms: int) -> None:
        """Shelve what came, show what was accepted, and let go of what left the shelf."""
        found = [(row.key, _read(row.value)) for row in self._records.scan(WITHHELD)]
        if not found:
            return
        followed = self._followed({one.account for _, one in found})
        with self._records.writing():
            for name, one in found:
                if one.account in followed and not mailbox.hears(one.account):
                    mailbox.accept(one.account, now_ms)
                if mailbox.hears(one.account):
                    mailbox.keep_message(one.account, one.content)
                    remove_knock(self._records, one.knock)
                    self._records.delete(WITHHELD, name)
                elif now_ms - one.since_ms >= RETURNED_MS or (
                    one.knock and get_knock(self._records, one.knock) is None
                ):
                    self._records.delete(WITHHELD, name)
                elif not one.knock:
                    self._to_shelf(name, one, now_ms)

    def _to_shelf(self, name: bytes, one: _Withheld, now_ms: int) -> None:
        state = self._store.feed(one.feed)
        if state is None or state.account != one.account:
            return  # its grant shows who speaks: it comes with the feed
        line = line_of(self._store, one.account)
        called = newest_profile(self._store, line).name or None
        text = read_message(one.content).text or "…"
        word = FirstWord(Reason.MESSAGE, state.grant, None, text, called)
        if not fits(word):
            word = FirstWord(Reason.MESSAGE, state.grant, None, text[:SHORTENED] + "…", called)
        knock = self._same(one.account, word)
        if knock is None:
            knock = name
            with suppress(Refused):
                data = write_first_word(word)
                self._shelve(TakenKnock(name, day_at(now_ms), PAID, b"", one.account, data))
        self._put(name, replace(one, knock=knock))

    def _same(self, account: bytes, word: FirstWord) -> bytes | None:
        """The knock that said this already at the door."""
        for knock in kept_knocks(self._records):
            if knock.sender == account:
                shelved = get_knock(self._records, knock.id)
                if shelved is not None and shelved.word.text == word.text:
                    return knock.id
        return None

    def _put(self, name: bytes, one: _Withheld) -> None:
        value = encode([one.account, one.feed, one.content, one.since_ms, one.knock])
        self._records.put(WITHHELD, name, value)


def _read(value: bytes) -> _Withheld:
    match decode(value):
        case [bytes() as who, bytes() as feed, bytes() as said, int() as since, bytes() as knock]:
            return _Withheld(who, feed, said, since, knock)
        case _:
            raise BadShape("a message that was withheld otherwise")

"""What is kept of knocks in the home's sealed records: of each its place and its words, apart,
since every knock that comes is compared with all places; and one record of the shelf."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import msgpack

from sayso_protocol.letters.prices import PriceHistory, Prices, Published, Reach
from sayso_protocol.letters.shelf import ShelfState
from sayso_protocol.letters.stranger import Knock, KnockRule
from sayso_protocol.private.contents.first_word import FirstWord, read_first_word
from sayso_storage.interface.sealed_records import SealedRecords

KNOCK: Final = "knock"
WORD: Final = "knock word"
MESSAGE: Final = "accepted message"
SHELF: Final = "shelf"
PRICES: Final = "knock prices"
SAID: Final = "knock said"
"""The letter by which each word came that is or was on the shelf, by `word_id`."""

MAX_SAID: Final = 4096
"""Words that are remembered, the latest: as many as letters that were decided on."""

_ONE: Final = b""
"""The key of a record of which a home has one."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A knock on the shelf, and what it says."""

    knock: Knock
    word: FirstWord


def put_knock(records: SealedRecords, knock: Knock, word: bytes) -> None:
    """Keep a knock, with the bytes of its first word. Raises `StoreError`."""
    records.put(WORD, knock.id, word)
    change_knock(records, knock)


def change_knock(records: SealedRecords, knock: Knock) -> None:
    """Keep what became of a knock that is kept. Raises `StoreError`."""
    records.put(KNOCK, knock.id, msgpack.packb(_knock_fields(knock)))


def remove_knock(records: SealedRecords, name: bytes) -> None:
    """Keep a knock no longer. Raises `StoreError`."""
    records.delete(KNOCK, name)
    records.delete(WORD, name)


def word_id(word: FirstWord, content: bytes) -> bytes:
    """By which a word is known, in whichever letters it comes: 16 bytes of its sender and of the
    entry, or of all that it says where it has none."""
    what = content if word.entry is None else word.entry.run.tip
    state = blake2b(word.grant.account, digest_size=16, person=b"sayso word 1")
    state.update(what)
    return state.digest()


def was_said(records: SealedRecords, word: bytes) -> bool:
    """Whether a word is or was on the shelf, and did not give way. Raises `StoreError`."""
    return records.get(SAID, word) is not None


def note_said(records: SealedRecords, word: bytes, letter: bytes) -> None:
    """Remember the letter by which a word came. Raises `StoreError`."""
    records.put(SAID, word, letter)
    over = records.count(SAID) - MAX_SAID
    for old in list(records.scan(SAID, limit=over)) if over > 0 else ():
        records.delete(SAID, old.key)


def forget_said(records: SealedRecords, letter: bytes) -> None:
    """Forget the word of a knock that gave way: it may come again. Raises `StoreError`."""
    content = records.get(WORD, letter)
    if content is not None:
        records.delete(SAID, word_id(read_first_word(content), content))


def get_knock(records: SealedRecords, name: bytes) -> Shelved | None:
    """A knock that is kept. Raises `StoreError`."""
    value, word = records.get(KNOCK, name), records.get(WORD, name)
    if value is None or word is None:
        return None
    return Shelved(_knock(msgpack.unpackb(value)), read_first_word(word))


def kept_knocks(records: SealedRecords) -> list[Knock]:
    """All knocks that are kept, in the order in which they came. Raises `StoreError`."""
    return [_knock(msgpack.unpackb(one.value)) for one in records.scan(KNOCK)]


def keep_message(records: SealedRecords, name: bytes) -> None:
    """Keep the message of a knock that was accepted, for whoever shows messages. Raises
    `StoreError`."""
    word = records.get(WORD, name)
    if word is not None:
        records.put(MESSAGE, name, word)


def accepted_messages(records: SealedRecords) -> list[tuple[bytes, FirstWord]]:
    """The messages of strangers that were accepted, with the ids of their letters, oldest first;
    whoever takes one over removes it with `remove_message`. Raises `StoreError`."""
    return [(one.key, read_first_word(one.value)) for one in records.scan(MESSAGE)]


def remove_message(records: SealedRecords, name: bytes) -> None:
    """Keep an accepted message no longer. Raises `StoreError`."""
    records.delete(MESSAGE, name)


def put_state(records: SealedRecords, state: ShelfState) -> None:
    """Keep what a shelf remembers. Raises `StoreError`."""
    fields = (
        state.secret,
        {rule.value: count for rule, count in state.counts.items()},
        [(day, by, count) for (day, by), count in state.turns.items()],
        [*state.decided],
        [*state.accepted],
        [*state.lanes.items()],
        state.rests,
        state.rest_until_ms,
    )
    records.put(SHELF, _ONE, msgpack.packb(fields))


def get_state(records: SealedRecords) -> ShelfState | None:
    """What a shelf remembers; None before anybody knocked. Raises `StoreError`."""
    value = records.get(SHELF, _ONE)
    if value is None:
        return None
    secret, counts, turns, decided, accepted, lanes, rests, until = msgpack.unpackb(value)
    return ShelfState(
        secret,
        Counter({KnockRule(rule): count for rule, count in counts.items()}),
        {(day, by): count for day, by, count in turns},
        dict.fromkeys(decided),
        dict.fromkeys(accepted),
        dict(lanes),
        rests,
        until,
    )


def put_prices(records: SealedRecords, history: PriceHistory) -> None:
    """Keep the prices that were published. Raises `StoreError`."""
    records.put(PRICES, _ONE, msgpack.packb([(one.since_ms, one.prices) for one in history.tables]))


def get_prices(records: SealedRecords) -> PriceHistory:
    """The prices that were published, as far as they are kept. Raises `StoreError`."""
    value = records.get(PRICES, _ONE)
    tables = [] if value is None else msgpack.unpackb(value)
    return PriceHistory([Published(since_ms, Prices(*prices)) for since_ms, prices in tables])


def _knock_fields(one: Knock) -> tuple[Any, ...]:
    return (
        one.id, one.sender, int(one.reach), one.route, one.network, one.arrived_ms,
        one.carriers, one.in_turn,
    )  # fmt: skip


def _knock(fields: Any) -> Knock:
    name, sender, reach, route, network, arrived_ms, carriers, in_turn = fields
    return Knock(name, sender, Reach(reach), tuple(route), network, arrived_ms, carriers, in_turn)

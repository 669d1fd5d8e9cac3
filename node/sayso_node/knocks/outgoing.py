"""Own knocks: what was written to people who may not carry the own account waits to be laid at
their doors.

Nobody has to tell of new entries: the own feed is read from where it was read last. The courier
takes what waits, and notes what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import msgpack

from sayso_protocol.content.body import Body, Edit, Follow, Poll, Post, read_body
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import verify_run
from sayso_protocol.letters.distance import Route
from sayso_protocol.letters.prices import DAY_MS, Price, Reach, published_prices
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_protocol.private.contents.first_word import (
    FirstWord,
    FollowsWay,
    InviteWay,
    Reason,
    SignedEntry,
    Way,
    fits,
    reason_of,
)
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.lineage import line_of, own_accounts
from ..accounts.profile import newest_profile, profile_of
from .ways import way_to

OUTGOING: Final = "knock out"
CURSOR: Final = "knock cursor"

MAX_OUTGOING: Final = 1000
"""Own knocks that are kept, the latest: more than anybody writes to strangers in a month."""

KEPT_MS: Final = 31 * DAY_MS
"""How long one is kept once it is known what became of it."""

FIRST_LOOK_MS: Final = 7 * DAY_MS
"""How far back the own feed is read the first time."""

AT_ONCE: Final = 4 * MAX_RUN_ENTRIES
"""Own entries that one look reads."""


class KnockState(IntEnum):
    """What became of an own knock. Stored in files: these may never change."""

    WAITING = 0
    CARRIED = 1
    """A carrier of the reader holds it."""
    DELIVERED = 2
    """The reader's node has it. What he made of it nobody tells."""
    RETURNED = 3
    """Nobody took it within 30 days."""


@dataclass(frozen=True, slots=True)
class OwnKnock:
    """An own entry that is to reach somebody. `key` names it, `letter` is the id of the letter in
    which it went, once it did."""

    key: bytes
    reader: bytes
    reason: Reason
    feed: bytes
    seq: int
    state: KnockState
    since_ms: int
    letter: bytes | None = None


def queue_new(store: Store, records: SealedRecords, now_ms: int) -> int:
    """Queue a knock for each new own entry and each person whom it concerns and who may not carry
    the own account; gives their number. Raises `StoreError`."""
    own = store.own_feed()
    if own is None:
        return 0
    with records.writing():
        seen = _cursor(records, own.feed)
        last = min(own.head, (seen or own.head) + AT_ONCE)
        first_ms = now_ms - FIRST_LOOK_MS if seen is None else 0
        first = max(1, own.head - AT_ONCE) if seen is None else seen + 1
        queued, followers = 0, None
        for seq, time_ms, body in _bodies(store, own.feed, first, last):
            if time_ms < first_ms:
                continue
            for reader, reason in readers_of(store, body):
                if followers is None:  # of a known account they take a second
                    followers = _followers(store)
                if reader not in followers:
                    _put(records, OwnKnock(
                        _key(own.feed, seq, reader), reader, reason, own.feed, seq,
                        KnockState.WAITING, now_ms,
                    ))  # fmt: skip
                    queued += 1
        if last != seen:
            records.put(CURSOR, own.feed, msgpack.packb(last))
        _forget(records, now_ms)
    return queued


def readers_of(store: Store, body: Body) -> Iterator[tuple[bytes, Reason]]:
    """The accounts that an own entry concerns, and why, each once; the own ones left out."""
    own = frozenset(own_accounts(store))
    match body:
        case Post() | Poll() | Edit() | Follow():
            for account in dict.fromkeys(_named(body)):
                reason = reason_of(body, frozenset({account}))
                if account not in own and reason is not None:
                    yield line_of(store, account)[-1], reason
        case _:
            return


def own_knocks(records: SealedRecords, state: KnockState | None = None) -> list[OwnKnock]:
    """Own knocks, the oldest first; of one state where it is named. Raises `StoreError`."""
    found = (_knock(one.key, one.value) for one in records.scan(OUTGOING))
    return [one for one in found if state is None or one.state is state]


def note_state(
    records: SealedRecords, key: bytes, state: KnockState, now_ms: int, letter: bytes | None = None
) -> bool:
    """Note what became of an own knock. False where it is not kept any more, or is further along.
    Raises `StoreError`."""
    with records.writing():
        value = records.get(OUTGOING, key)
        if value is None:
            return False
        one = _knock(key, value)
        if state <= one.state:
            return False
        _put(records, OwnKnock(
            key, one.reader, one.reason, one.feed, one.seq, state, now_ms, letter or one.letter
        ))  # fmt: skip
    return True


def first_word_of(store: Store, knock: OwnKnock, way: Way | None = None) -> FirstWord | None:
    """What an own knock says: the entry with its proof, the own name, and the way if there is room
    for it: `price_of` takes the one that it has. None where the
    entry is not held any more, or cannot be shown. Raises `StoreError`."""
    state, raw = store.feed(knock.feed), store.load(knock.feed, knock.seq, knock.seq)
    if state is None or raw is None or not isinstance(raw.bodies[0], bytes):
        return None
    try:
        entry = SignedEntry(state.grant, verify_run(raw))
    except Refused:
        return None
    name = newest_profile(store, line_of(store, state.account)).name or None
    word = FirstWord(
        knock.reason, state.grant, entry, None, name, way or best_way(store, knock.reader)
    )
    # The follows on a way are others' entries, and may be long: then it comes as from far away.
    return word if fits(word) else replace(word, way=None)


def best_way(store: Store, reader: bytes) -> Way | None:
    """What makes an own knock at a reader's door cheapest: the token of an invite of the reader's,
    or a way by public follows. Raises `StoreError`."""
    token = _token_of(store, reader)
    return InviteWay(token) if token is not None else way_to(store, reader)


def price_of(store: Store, reader: bytes, way: Way | None) -> Price:
    """The bits that a stamp for a reader needs, as far as his prices are known here; None where
    nobody who comes this way may knock. Raises `StoreError`."""
    prices = published_prices(profile_of(store, reader).knock)
    match way:
        case None:
            return prices.of(Reach.FARTHER)
        case FollowsWay(between):
            return prices.of(Route(between).reach)
        case _:
            return prices.of(Reach.NEAR)


def _token_of(store: Store, reader: bytes) -> bytes | None:
    from sayso_protocol.discovery.invite import parse_invite

    for one in store.accepted_invites():
        if one.account == reader:
            return parse_invite(one.link).token
    return None


def _named(body: Post | Poll | Edit | Follow) -> Iterable[bytes]:
    """The accounts that a body names so that it concerns them."""
    match body:
        case Post(reply=reply, quote=quote, mentions=mentions):
            return [one.account for one in (reply, quote) if one is not None] + [*mentions]
        case Poll(reply=reply, mentions=mentions):
            return [one.account for one in (reply,) if one is not None] + [*mentions]
        case Edit(mentions=mentions):
            return mentions
        case Follow(account=account):
            return (account,)


def _bodies(store: Store, feed: bytes, first: int, last: int) -> Iterator[tuple[int, int, Body]]:
    """Number, time and body of own entries, oldest first."""
    while last >= first:
        # `load` gives the newest stretch of a range: from the front, a run at a time.
        raw = store.load(feed, first, min(last, first + MAX_RUN_ENTRIES - 1))
        if raw is None:
            first += MAX_RUN_ENTRIES
            continue
        if raw.first > first:  # cut for its bytes: what stands before it comes first
            yield from _bodies(store, feed, first, raw.first - 1)
        for seq, (time_ms, body) in enumerate(zip(raw.times, raw.bodies, strict=True), raw.first):
            if isinstance(body, bytes):
                yield seq, time_ms, read_body(body)
        first = raw.last + 1


def _followers(store: Store) -> frozenset[bytes]:
    own = own_accounts(store)
    return frozenset(one.account for key in own for one in store.followers(key))


def _cursor(records: SealedRecords, feed: bytes) -> int | None:
    value = records.get(CURSOR, feed)
    return None if value is None else int(msgpack.unpackb(value))


def _key(feed: bytes, seq: int, reader: bytes) -> bytes:
    return feed + seq.to_bytes(8, "big") + reader


def _put(records: SealedRecords, one: OwnKnock) -> None:
    fields = one.reader, one.reason.value, one.feed, one.seq, int(one.state), one.since_ms
    records.put(OUTGOING, one.key, msgpack.packb((*fields, one.letter)))


def _knock(key: bytes, value: bytes) -> OwnKnock:
    reader, reason, feed, seq, state, since_ms, letter = msgpack.unpackb(value)
    return OwnKnock(key, reader, Reason(reason), feed, seq, KnockState(state), since_ms, letter)


def _forget(records: SealedRecords, now_ms: int) -> None:
    """Let go of knocks of which it is long known what became, and of the oldest of too many."""
    kept = own_knocks(records)
    over = len(kept) - MAX_OUTGOING
    for number, one in enumerate(kept):
        is_done = one.state in (KnockState.DELIVERED, KnockState.RETURNED)
        if number < over or (is_done and now_ms - one.since_ms > KEPT_MS):
            records.delete(OUTGOING, one.key)

"""Knocks that come: they are verified, judged by the owner's rules, and shelved or refused.

Whoever opened a letter hands in what it says. Nothing here answers: the sender learns that it was
delivered, and never what became of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sayso_protocol.content.body import Profile
from sayso_protocol.errors import Refused
from sayso_protocol.filters.account_rules import dropping, drops_accounts
from sayso_protocol.filters.rules import Action, Rules, Stage
from sayso_protocol.letters.prices import Price, PriceHistory, published_prices
from sayso_protocol.letters.shelf import Shelf, ShelfState
from sayso_protocol.letters.stranger import Knock, KnockRule
from sayso_protocol.private.contents.first_word import (
    FirstWord,
    Reason,
    SignedEntry,
    read_first_word,
    reason_of,
)
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.lineage import own_accounts
from ..accounts.profile import profile_in
from ..filters.judge import Judge, gatherer
from .acceptance import take_in
from .shelved import (
    change_knock,
    forget_said,
    get_prices,
    get_state,
    kept_knocks,
    note_said,
    put_knock,
    put_prices,
    put_state,
    remove_knock,
    was_said,
    word_id,
)
from .ways import KnownFollows, reach_of_sender


@dataclass(frozen=True, slots=True)
class TakenKnock:
    """A knock that a carrier held, opened: the letter's id, the Unix day of its box, the bits of
    its stamp (0 for none), the carrier's tag of the network that it came from, the account that
    sealed it, and the bytes of what it says."""

    letter: bytes
    day: int
    bits: int
    network: bytes
    caller: bytes
    content: bytes


@contextmanager
def opened_shelf(
    records: SealedRecords, random: Callable[[int], bytes] = secrets.token_bytes
) -> Iterator[Shelf]:
    """The shelf of a home, kept with all its changes when this ends, in one transaction. Raises
    `StoreError`."""
    with records.writing():
        kept = kept_knocks(records)
        shelf = Shelf(get_state(records) or ShelfState(random(32)), kept)
        before = {one.id: one for one in kept}
        yield shelf
        after = {one.id: one for one in shelf}
        for name in before.keys() - after.keys():
            remove_knock(records, name)
        for name, knock in after.items():
            if before.get(name) != knock:
                change_knock(records, knock)
        put_state(records, shelf.state)


def take_knocks(
    store: Store, records: SealedRecords, rules: Rules, taken: Iterable[TakenKnock], now_ms: int
) -> list[KnockRule | None]:
    """Take knocks: of each, in order, the rule by which it was refused, None where it lies on the
    shelf, or came in since its sender had been accepted. Safe to repeat. Raises `StoreError`."""
    follows = KnownFollows(store)
    with opened_shelf(records) as shelf:
        return [  # a millisecond apart: the shelf goes by time, and what came at once has an order
            _take(store, records, rules, shelf, follows, one, now_ms + number)
            for number, one in enumerate(taken)
        ]


def _take(
    store: Store,
    records: SealedRecords,
    rules: Rules,
    shelf: Shelf,
    follows: KnownFollows,
    taken: TakenKnock,
    now_ms: int,
) -> KnockRule | None:
    if shelf.brought_again(taken.letter) is not None:
        return None
    if taken.letter in shelf.state.decided:
        return shelf.refuse(KnockRule.KNOWN).rule
    try:
        word = read_first_word(taken.content)
    except Refused:
        return shelf.refuse(KnockRule.FORGED).rule
    sender = word.grant.account
    reach, route = reach_of_sender(store, word, shelf.without_lane(now_ms), now_ms, follows)
    is_free = shelf.is_accepted(sender)
    due = 0 if is_free else current_prices(store, records, now_ms).due(reach, taken.day)
    rule = _refusal(store, rules, taken, word, due, now_ms)
    if rule is not None:
        return shelf.refuse(rule).rule
    said = word_id(word, taken.content)
    if was_said(records, said):  # in another letter: it was laid anew, or comes by a secret box
        return None if is_free else shelf.refuse(KnockRule.KNOWN).rule
    if is_free and word.reason is Reason.MESSAGE:
        return None  # the message itself comes from its sender
    if is_free and word.entry is not None:
        try:
            take_in(store, word, now_ms)
        except Refused:  # it contradicts what is held of its feed
            return shelf.refuse(KnockRule.FORGED).rule
        return None
    knock = Knock(taken.letter, sender, reach, route, taken.network, now_ms)
    placed = shelf.put(knock, now_ms)
    kept = shelf.get(taken.letter)
    if kept is not None:
        put_knock(records, kept, taken.content)
        note_said(records, said, taken.letter)
    for gone in placed.gone:
        forget_said(records, gone.id)
        remove_knock(records, gone.id)
    return placed.rule


def sweep_blocked(store: Store, shelf: Shelf, rules: Rules, now_ms: int) -> int:
    """Take the knocks of accounts from the shelf that the owner has blocked since, which costs
    those who introduced them their lanes; gives their number. Raises `StoreError`."""
    gone = 0
    for one in list(shelf):
        if shelf.get(one.id) is not None and is_blocked(store, rules, one.sender, now_ms):
            gone += len(shelf.block(one.id, now_ms))
            shelf.refuse(KnockRule.BLOCKED)
    return gone


def is_blocked(store: Store, rules: Rules, account: bytes, now_ms: int) -> bool:
    """Whether the owner's rules keep an account away. Raises `StoreError`."""
    if not drops_accounts(rules):
        return False
    facts = gatherer(store, rules, now_ms).facts_of_account(account)
    return dropping(rules, facts, now_ms) is not None


def current_prices(store: Store, records: SealedRecords, now_ms: int) -> PriceHistory:
    """The prices that the own profile has told, as far as they may count, brought up to the newest
    one. Raises `StoreError`."""
    history = get_prices(records)
    for account in reversed(own_accounts(store)):
        entry = store.latest(account, Profile.KIND)
        profile = profile_in(entry)
        if entry is None or profile is None:
            continue
        if history.publish(published_prices(profile.knock), min(entry.time_ms, now_ms)):
            put_prices(records, history)
        break
    return history


def entry_of(word: FirstWord, now_ms: int) -> StoredEntry | None:
    """The entry of a first word, as one that is stored, though it is not: rules and readers take
    it as that."""
    return None if word.entry is None else stored_entry(word.entry, now_ms)


def stored_entry(entry: SignedEntry, now_ms: int) -> StoredEntry:
    """The same of any signed entry."""
    run = entry.run
    [time_ms], [body], [signature], [name] = run.times, run.bodies, run.signatures, run.ids
    there = body if isinstance(body, bytes) else None
    size, digest = (len(body), None) if isinstance(body, bytes) else body
    return StoredEntry(
        0, entry.grant.account, run.feed, run.first, name, time_ms, min(time_ms, now_ms), now_ms,
        there, signature, size, digest,
    )  # fmt: skip


def _refusal(
    store: Store, rules: Rules, taken: TakenKnock, word: FirstWord, due: Price, now_ms: int
) -> KnockRule | None:
    """The rule by which a knock whose price is known is refused."""
    sender = word.grant.account
    if sender != taken.caller or not _holds(store, word):
        return KnockRule.FORGED
    if is_blocked(store, rules, sender, now_ms):
        return KnockRule.BLOCKED
    if due is None:
        return KnockRule.NOBODY
    if taken.bits < due:
        return KnockRule.PRICE
    if word.entry is not None and _is_filtered(store, rules, word.entry, now_ms):
        return KnockRule.FILTERED
    return None


def _holds(store: Store, word: FirstWord) -> bool:
    """Whether what is known of the account here allows its word, and its entry concerns the owner
    as it says."""
    account, feed = word.grant.account, word.grant.feed
    if store.successor(account) is not None:
        return False
    state = store.feed(feed)
    if state is not None and state.account != account:
        return False
    if word.entry is None:
        return True
    [seq] = [word.entry.run.first]
    if state is not None and state.end is not None and seq > state.end.seq:
        return False
    body = word.entry.body
    # What did not come cannot be compared: then the owner sees that it has no words.
    return body is None or reason_of(body, frozenset(own_accounts(store))) is word.reason


def _is_filtered(store: Store, rules: Rules, entry: SignedEntry, now_ms: int) -> bool:
    if not rules.rules:
        return False
    stages = (Stage.SHOW, Stage.CARRY)
    [verdict] = Judge(store, rules, now_ms, stages).judge([stored_entry(entry, now_ms)])
    hides = verdict.show is not None and verdict.show.action is Action.HIDE
    return hides or (verdict.carry is not None and verdict.carry.action is Action.DROP)

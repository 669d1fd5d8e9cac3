"""Strangers on the shelf, as an owner sees them, and what he decides about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sayso_protocol.content.body import Edit, Poll, Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.filters.rules import Rules
from sayso_protocol.letters.prices import Reach
from sayso_protocol.letters.shelf import Shelf
from sayso_protocol.letters.stranger import Knock, KnockRule
from sayso_protocol.private.contents.first_word import FirstWord, Reason
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.names import Name, Names
from ..errors import Ambiguous, NotFound
from ..timestamps import time_text
from .acceptance import take_in
from .incoming import opened_shelf, sweep_blocked
from .shelved import KNOCK, Shelved, get_knock, get_state, keep_message

LEAST_PREFIX = 8
"""Digits of an id that must be typed at least."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A knock on the shelf. `more` is how many came the same way and stand behind this line of the
    first page; None where it stands on none."""

    shelved: Shelved
    name: Name
    more: int | None = None
    introducer: Name | None = None

    @property
    def id(self) -> str:
        """By which it is accepted or declined."""
        return self.shelved.knock.id.hex()

    @property
    def word(self) -> FirstWord:
        """What it says."""
        return self.shelved.word

    @property
    def text(self) -> str | None:
        """The words of its entry, or of a message; None where there are none, or they did not
        come."""
        if self.word.entry is None:
            return self.word.text
        body = self.word.entry.body
        return body.text if isinstance(body, Post | Poll | Edit) else None

    @property
    def warn(self) -> str | None:
        """The content warning of its entry."""
        body = None if self.word.entry is None else self.word.entry.body
        return body.warn if isinstance(body, Post | Poll | Edit) else None

    @property
    def on(self) -> str | None:
        """The id of the own entry that it answers or quotes."""
        body = None if self.word.entry is None else self.word.entry.body
        match self.word.reason, body:
            case Reason.REPLY, Post(reply=reference) | Poll(reply=reference):
                return None if reference is None else id_text(reference.id)
            case Reason.QUOTE, Post(quote=reference) if reference is not None:
                return id_text(reference.id)
            case _:
                return None

    @property
    def root(self) -> bytes | None:
        """The id of the entry with which its conversation begins, as it says."""
        body = None if self.word.entry is None else self.word.entry.body
        if isinstance(body, Post | Poll) and body.reply is not None:
            return (body.root or body.reply).id
        return None

    @property
    def entry(self) -> str | None:
        """The id of its entry."""
        return None if self.word.entry is None else id_text(self.word.entry.run.tip)

    def as_json(self) -> dict[str, object]:
        """The knock for programs."""
        knock, entry = self.shelved.knock, self.word.entry
        by = knock.introducer
        written_ms = knock.arrived_ms if entry is None else entry.run.times[0]
        return {
            "kind": self.word.reason.value,
            "id": self.id,
            "by": key_text(knock.sender),
            "name": self.name.shown,
            "petname": self.name.petname,
            "entry": self.entry,
            "on": self.on,
            "time": time_text(written_ms),
            "arrived": time_text(knock.arrived_ms),
            "text": self.text,
            "warn": self.warn,
            "distance": knock.reach.name.lower(),
            "introducer": None if by is None else key_text(by),
            "first_page": self.more is not None,
            "more": self.more or 0,
        } | self.name.recognition_json()


def strangers(
    store: Store, records: SealedRecords, rules: Rules, now_ms: int
) -> tuple[list[Stranger], int]:
    """The first page of the shelf, and then all others, the nearest and oldest first; and how many
    stand on the first page. Whoever was blocked since is gone. Raises `StoreError`."""
    names = Names(store)
    with opened_shelf(records) as shelf:
        shelf.expire(now_ms)
        sweep_blocked(store, shelf, rules, now_ms)
        page, everybody = shelf.page(now_ms), list(shelf)
    lines = {line.knock.id: line.more for line in page}
    rest = sorted(
        (one for one in everybody if one.id not in lines),
        key=lambda one: (one.reach, one.arrived_ms, one.id),
    )
    ordered = [*(line.knock for line in page), *rest]
    found = [_stranger(records, names, one, lines.get(one.id)) for one in ordered]
    return [one for one in found if one is not None], len(page)


def strangers_in(records: SealedRecords, roots: frozenset[bytes], names: Names) -> list[Stranger]:
    """The knocks that answer in conversations that begin with one of these, or answer it. Raises
    `StoreError`."""
    found = []
    for one in records.scan(KNOCK):
        shelved = get_knock(records, one.key)
        if shelved is not None:
            stranger = Stranger(shelved, _name(names, shelved))
            if stranger.root in roots or (stranger.on and bytes.fromhex(stranger.on) in roots):
                found.append(stranger)
    return found


def check_some(records: SealedRecords | None) -> SealedRecords:
    """The records of a home in which letters are kept. Raises `NotFound` where none ever came."""
    if records is None:
        raise NotFound(_("no stranger has knocked yet"))
    return records


def accept(store: Store, records: SealedRecords, typed: str, now_ms: int) -> Stranger:
    """Accept a knock: its entry is taken in, and its sender comes free from then on. Raises
    `NotFound`, `Refused` for an entry that contradicts what is held, `StoreError`."""
    with opened_shelf(records) as shelf:
        found = _named(store, records, shelf, typed)
        if not take_in(store, found.word, now_ms):
            keep_message(records, found.shelved.knock.id)
        shelf.accept(found.shelved.knock.id)
    return found


def find_stranger(store: Store, records: SealedRecords, typed: str) -> Stranger:
    """The knock of an id, its own or its entry's, or the beginning of one. Raises `NotFound`,
    `Ambiguous`, `StoreError`."""
    with opened_shelf(records) as shelf:
        return _named(store, records, shelf, typed)


def decline(store: Store, records: SealedRecords, typed: str, now_ms: int) -> Stranger:
    """Take a knock away. Raises `NotFound`, `StoreError`."""
    with opened_shelf(records) as shelf:
        found = _named(store, records, shelf, typed)
        shelf.decline(found.shelved.knock.id, now_ms)
    return found


def refused_counts(records: SealedRecords) -> Mapping[KnockRule, int]:
    """How many knocks each rule refused, or let give way. Raises `StoreError`."""
    state = get_state(records)
    counts = Counter[KnockRule]() if state is None else state.counts
    return {rule: counts[rule] for rule in KnockRule if counts[rule]}


def reach_text(reach: Reach) -> str:
    """How far somebody is, for a person."""
    match reach:
        case Reach.NEAR:
            return _("near")
        case Reach.THIRD:
            return _("three follows away")
        case Reach.FOURTH:
            return _("four or five follows away")
        case Reach.FARTHER:
            return _("from farther away")


def _stranger(
    records: SealedRecords, names: Names, knock: Knock, more: int | None
) -> Stranger | None:
    shelved = get_knock(records, knock.id)
    if shelved is None:
        return None
    by = None if knock.introducer is None else names.of(knock.introducer)
    return Stranger(shelved, _name(names, shelved), more, by)


def _name(names: Names, shelved: Shelved) -> Name:
    return names.claiming(shelved.knock.sender, shelved.word.name)


def _named(store: Store, records: SealedRecords, shelf: Shelf, typed: str) -> Stranger:
    """The knock of an id, its own or its entry's, or the beginning of one."""
    wanted, names, found = typed.lower(), Names(store), list[Stranger]()
    for knock in shelf if len(wanted) >= LEAST_PREFIX else ():
        one = _stranger(records, names, knock, None)
        if one is not None and (one.id.startswith(wanted) or (one.entry or "").startswith(wanted)):
            found.append(one)
    if not found:
        raise NotFound(
            _(
                "no stranger knocked with {typed}: `sayso notifications --strangers` lists them"
            ).format(typed=typed)
        )
    if len(found) > 1:
        raise Ambiguous(
            _("{typed} is the beginning of several ids: type more of it").format(typed=typed),
            [one.id for one in found],
        )
    return found[0]

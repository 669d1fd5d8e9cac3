"""Queries about labels: all by one labeller, and two labellers side by side. Memory stays small
however many there are."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby, islice, repeat
from typing import Final, Literal, TypedDict

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.limits import MAX_LISTED
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.content.labels import Labelled, LabelPlace, Labels
from sayso_storage.interface.store import Store

from ..accounts.lineage import line_of, own_accounts
from ..errors import NodeError, NotFound
from ..timestamps import time_text

By = Literal["both", "first", "second"]
Progress = Callable[[int], None]


class LabelItem(TypedDict):
    """A label as programs read it: on an entry, or else on an account."""

    label: str
    entry: str | None
    account: str | None
    by: str
    time: str


MAX_NAMES: Final = 1000
"""Names of one labeller that are counted apart: more than anyone chooses from."""

_PAGE = 1000
_BEHIND_ENTRIES: Final = (True, b"", "")
"""Before the place of any label on an account."""


def own_labels_on(store: Store, entry: bytes) -> list[str]:
    """The names of the own labels that count on an entry, in their order. Raises `StoreError`."""
    try:
        own = own_accounts(store)
    except NotFound:
        return []
    return sorted({one.name for one in store.labels_on([entry], own).get(entry, ())})


def labels_of(
    source: Labels,
    labeller: bytes,
    until_ms: int | None = None,
    progress: Progress = lambda _: None,
    last: LabelPlace | None = None,
) -> Iterator[Labelled]:
    """All that counts of a labeller, in order of place, from behind `last` on; `progress` is told
    how many are read."""
    while page := source.labels_by(labeller, after=last, until_ms=until_ms, limit=_PAGE):
        yield from page
        progress(len(page))
        last = page[-1].place


def names_of(source: Labels, labeller: bytes, progress: Progress = lambda _: None) -> Counter[str]:
    """The numbers of entries and accounts that have each of a labeller's labels, of the `MAX_NAMES`
    names that come first."""
    found = Counter[str]()
    for one in labels_of(source, labeller, progress=progress):
        if one.name in found or len(found) < MAX_NAMES:
            found[one.name] += 1
    return found


def compared(store: Store, one: bytes, other: bytes) -> Iterator[tuple[Labelled, By]]:
    """The labels of two labellers, in order of place: each with who gives it, ``both``, or the
    ``first`` or ``second`` alone."""
    first: By = "first"
    second: By = "second"
    streams = (
        zip(labels_of(store, one), repeat(first)),
        zip(labels_of(store, other), repeat(second)),
    )
    merged = heapq.merge(*streams, key=lambda pair: pair[0].place)
    for _place, pairs in groupby(merged, key=lambda pair: pair[0].place):
        (label, by), *more = pairs
        yield label, "both" if more else by


def label_json(label: Labelled) -> LabelItem:
    """A label for programs."""
    return {
        "label": label.name,
        "entry": None if label.on_account else id_text(label.subject),
        "account": key_text(label.subject) if label.on_account else None,
        "by": key_text(label.labeller),
        "time": time_text(label.time_ms),
    }


def accounts_on(store: Store, labeller: bytes, name: str) -> list[bytes]:
    """The accounts on a labeller's list. Raises `NodeError` where they are too many to choose."""
    kept = keep(name)
    on_accounts = labels_of(store, labeller, last=_BEHIND_ENTRIES)
    listed = (one.subject for one in on_accounts if keep(one.name) == kept)
    found = list(islice(listed, MAX_LISTED + 1))
    if len(found) > MAX_LISTED:
        raise NodeError(
            _("the list {name} has more than {max_listed} accounts").format(
                name=name, max_listed=MAX_LISTED
            )
        )
    return found


def check_held(store: Store, labeller: bytes) -> None:
    """Raise `NotFound` where nothing of a labeller is held, and say how to get it."""
    if not any(feed.held for key in line_of(store, labeller) for feed in store.feeds_of(key)):
        key = key_text(labeller)
        raise NotFound(
            _(
                "nothing of {key} is held here yet: `sayso labels preview {key} --fetch MADDR` "
                "looks at what a peer has of it; `sayso labels subscribe {key}` fetches its labels "
                "with the next sync, and they do nothing until you say what"
            ).format(key=key)
        )

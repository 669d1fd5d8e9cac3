"""Coordinated amplification in the own store: what is held, handed to the detector in the order
in which it came, and what it finds, ready for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sayso_protocol.content.body import Body, Post, Repost
from sayso_protocol.coordination.detector import Detector
from sayso_protocol.coordination.findings import Finding, Signal
from sayso_protocol.coordination.observation import Act, Observation
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.index.fast_post import common_post
from sayso_storage.interface.store import Store, StoredEntry

from ..entries.body import body_of
from ..entries.hashtags import hashtags
from ..entries.links import links_of
from ..timestamps import time_text

PAGE = 2000
"""Entries read from the store at a time: some MB."""


def detect(store: Store, since_ms: int, progress: Callable[[int], None]) -> list[Finding]:
    """The findings in the entries from `since_ms` on, the strongest first. `progress` gets the
    number of entries that were read since it was called last."""
    detector, beginnings = Detector(), Beginnings(store)
    for entry in entries_after(store, arrival_before(store, since_ms), progress):
        if entry.signed_ms < since_ms:  # before its body is looked at, which takes longer
            continue
        seen = observation(entry, beginnings.of(entry.account))
        if seen is not None:
            detector.add(seen)
    return detector.findings()


def entries_after(
    store: Store, arrival: int, progress: Callable[[int], None] = lambda _: None
) -> Iterator[StoredEntry]:
    """All entries after a place in the order of arrival, in that order."""
    while page := store.arrived_after(arrival, PAGE):
        yield from page
        progress(len(page))
        arrival = page[-1].arrival


def count_since(store: Store, since_ms: int) -> int:
    """About how many entries `detect` reads."""
    return store.last_arrival() - arrival_before(store, since_ms)


class Beginnings:
    """The dates at which accounts opened their first feed that is held from its beginning."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, int | None] = {}

    def of(self, account: bytes) -> int | None:
        """Unix milliseconds; None where no beginning is held."""
        if account not in self._known:
            held = [state.held[0] for state in self._store.feeds_of(account) if state.held]
            firsts = [part.first_ms for part in held if part.first == 1]
            self._known[account] = min(firsts, default=None)
        return self._known[account]


def observation(entry: StoredEntry, began_ms: int | None = None) -> Observation | None:
    """The observation of an entry for the detector, if there is one; `began_ms` is its account's.

    Nothing of an imported post: it was written at another time and place, and many people
    import what they had posted in several networks."""
    common = None if entry.body is None else common_post(entry.body)
    if common is None:
        return observed(entry, body_of(entry), began_ms)
    (_, tags, origin, _, quote, _, _), text = common
    return None if origin is not None else _of_post(entry, text, tags, quote, began_ms)


def observed(
    entry: StoredEntry, body: Body | None, began_ms: int | None = None
) -> Observation | None:
    """The same of an entry whose body was read."""
    if isinstance(body, Repost):
        return Observation(_act_of(entry), "", (), (), (body.of.id,), began_ms)
    if not isinstance(body, Post) or body.origin is not None:
        return None
    quote = None if body.quote is None else body.quote.id
    return _of_post(entry, body.text, body.tags, quote, began_ms)


def _of_post(
    entry: StoredEntry, text: str, tags: tuple[str, ...], quote: bytes | None, began_ms: int | None
) -> Observation:
    if "#" in text or "＃" in text:
        tags = (*tags, *hashtags(text))
    links = links_of(text) if "://" in text else ()
    passed_on = () if quote is None else (quote,)
    return Observation(_act_of(entry), text, tags, links, passed_on, began_ms)


def _act_of(entry: StoredEntry) -> Act:
    return Act(entry.account, entry.id, entry.signed_ms, entry.arrived_ms)


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding for programs: `accounts` and `entries` as keys and ids, `from` and `to`, `score`
    in permille, `signals`, `scores` by account, `new_accounts` (how many began less than 30 days
    before), and `others`, whom these accounts followed."""
    return {
        "accounts": [key_text(account) for account, _ in finding.accounts],
        "entries": [id_text(act.entry) for act in finding.entries],
        "from": time_text(finding.from_ms),
        "to": time_text(finding.to_ms),
        "score": finding.score,
        "signals": [_signal_json(signal) for signal in finding.signals],
        "scores": {key_text(account): score for account, score in finding.accounts},
        "new_accounts": finding.new_accounts,
        "others": [key_text(account) for account in finding.others],
    }


def _signal_json(signal: Signal) -> dict[str, object]:
    return {
        "kind": signal.channel.value,
        "burst": signal.burst,
        "items": signal.items,
        "accounts": signal.accounts,
        "entries": signal.entries,
        "within_ms": signal.within_ms,
    }


def arrival_before(store: Store, since_ms: int) -> int:
    """A place in the order of arrival after which everything from that time on stands: no
    entry counts as older than its arrival, and places and times of arrival go together. Where
    the clock was set back, some of the oldest may be passed over."""
    low, high = 0, store.last_arrival()
    while low < high:
        middle = (low + high) // 2
        following = store.arrived_after(middle, 1)
        if following and following[0].arrived_ms < since_ms:
            low = following[0].arrival
        else:
            high = middle
    return low

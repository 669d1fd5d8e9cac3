"""Families of metrics: a reading of a node in the words of Prometheus.

Counters end in ``_total``, sizes are bytes and durations seconds, as Prometheus' naming rules say.
Only this module and `exposition` import prometheus_client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)

from sayso_protocol.discovery.hub.carried_account import BY_ACCOUNT, BY_OWNER, BY_READER

from ... import SOFTWARE
from ...histogram import Histogram
from ...network.link import Path
from ..status import HubLoad, LettersStatus, MediaLoad, RelayingStatus
from .labels import (
    CODES,
    DOWNLOADS,
    HUB_ANSWERS,
    HUB_ENDS,
    LETTER_ERRORS,
    LETTER_STATES,
    OTHER,
    RELAYED,
)
from .reading import Reading, SessionNow

_WORDS: Final = (BY_OWNER, BY_ACCOUNT, BY_READER)


def families(reading: Reading) -> Iterator[Any]:
    """All families of a reading. What a node does not do (be a hub, a relay) is left out."""
    info = InfoMetricFamily("sayso_build", "The version that runs.")
    info.add_metric([], {"version": SOFTWARE})
    yield info
    yield from _sessions(reading)
    yield from _seats(reading)
    yield from _ingest(reading)
    yield from _store(reading)
    yield _histogram(
        "sayso_event_loop_lag_seconds",
        "How much later than due a sleeping task of the node runs.",
        reading.loop_lag,
    )
    if reading.hub is not None:
        yield from _hub(reading.hub)
    if reading.media is not None:
        yield from _media(reading.media, reading.stored.media_bytes)
    if reading.stored.letters is not None:
        yield from _letters(reading.stored.letters)
    if reading.relaying is not None:
        yield from _relay(reading.relaying)


def _sessions(reading: Reading) -> Iterator[Any]:
    totals = reading.totals
    yield _sessions_now(reading.sessions)
    yield _counter("sayso_sessions_started", "Sessions since the start.", totals.sessions)
    yield _gauge("sayso_known_peers", "Peers that are remembered.", reading.known_peers)
    yield _by(
        CounterMetricFamily,
        "sayso_sessions_left",
        "Sessions that this node ended for a broken rule, by its code.",
        "code",
        reading.left,
        CODES,
    )
    yield _by(
        CounterMetricFamily,
        "sayso_entries_sent",
        "Entries that peers were given: those they asked for, and those pushed to them.",
        "how",
        {"pushed": totals.pushed, "asked": totals.sent - totals.pushed},
    )
    yield _by(
        CounterMetricFamily,
        "sayso_sync_bytes",
        "Bytes of sessions.",
        "direction",
        {"in": totals.bytes_in, "out": totals.bytes_out},
    )
    yield _counter(
        "sayso_sessions_throttled",
        "Sessions that used up their processor time and had to wait.",
        totals.throttled,
    )
    yield _by(
        CounterMetricFamily,
        "sayso_budget_wait_seconds",
        "How long peers were let wait that had overdrawn a budget: of processor time, or of bytes "
        "for what they had had before.",
        "budget",
        {"processor": totals.throttled_ms / 1000, "repeats": totals.repeated_ms / 1000},
    )
    queued = [session.queued for session in reading.sessions]
    yield _gauge("sayso_send_queue_bytes", "Bytes that wait for peers to read.", sum(queued))
    yield _gauge(
        "sayso_send_queue_largest_bytes", "The same of the slowest peer.", max(queued, default=0)
    )


def _sessions_now(sessions: Sequence[SessionNow]) -> Any:
    family = GaugeMetricFamily(
        "sayso_sessions", "Sessions that run, by who dialled and the way.", labels=["by", "path"]
    )
    counts = Counter((one.outbound, one.path) for one in sessions)
    paths: tuple[Path, ...] = ("direct", "lan", "relayed")
    for outbound, path in product((False, True), paths):
        family.add_metric(["us" if outbound else "peer", path], counts[outbound, path])
    return family


def _seats(reading: Reading) -> Iterator[Any]:
    seats = reading.seats
    yield _gauge("sayso_seats", "Inbound connections that may be there at a time.", seats.seats)
    yield _gauge("sayso_seats_taken", "Those that are there.", seats.taken)
    yield _by(
        CounterMetricFamily,
        "sayso_admissions",
        "Peers that proved who they are: admitted, refused a seat, and made to give up theirs.",
        "outcome",
        {"admitted": seats.admitted, "refused": seats.refused, "gave-way": seats.gave_way},
    )


def _ingest(reading: Reading) -> Iterator[Any]:
    stats = reading.ingest
    yield _by(
        CounterMetricFamily,
        "sayso_entries_received",
        "Entries that came and were sound: those that were stored, and those held already.",
        "outcome",
        {"stored": stats.entries - stats.known, "known": stats.known},
    )
    yield _by(
        CounterMetricFamily,
        "sayso_runs_refused",
        "Runs of entries that came and were refused, by the code of the broken rule.",
        "code",
        stats.refused_by,
        CODES,
    )
    yield _gauge(
        "sayso_ingest_queue_bytes",
        "Bytes that wait to be verified and stored.",
        reading.ingest_bytes,
    )
    yield _gauge(
        "sayso_ingest_stalled_sessions",
        "Sessions that are not read now, since the store is behind.",
        reading.ingest_stalled,
    )
    yield _counter(
        "sayso_ingest_slowed", "How often a session had to wait for the store.", stats.slowed
    )
    yield _counter(
        "sayso_ingest_slowed_seconds",
        "How long sessions waited for the store.",
        stats.slowed_seconds,
    )
    yield _histogram(
        "sayso_ingest_latency_seconds",
        "From the arrival of a run until it is verified and stored, or refused.",
        stats.latency,
    )
    yield _counter(
        "sayso_store_errors", "Batches that the store could not write.", stats.store_errors
    )
    yield _gauge("sayso_store_trouble", "1 while nothing can be stored.", int(reading.has_trouble))


def _store(reading: Reading) -> Iterator[Any]:
    engine, counts = reading.stored.engine, reading.stored.counts
    if engine is not None:
        info = InfoMetricFamily("sayso_store", "What the store is kept by.")
        info.add_metric([], {"engine": engine.name})
        yield info
        yield _gauge(
            "sayso_store_front_ends", "Nodes that serve from the store now.", engine.front_ends
        )
    if counts is not None:
        yield _gauge("sayso_store_accounts", "Accounts that are held.", counts.accounts)
        yield _gauge("sayso_store_feeds", "Feeds that are held.", counts.feeds)
        yield _gauge("sayso_store_entries", "Entries that are held.", counts.entries)
        yield _gauge("sayso_store_bytes", "Bytes of the store on the disk.", counts.bytes)
    yield _gauge(
        "sayso_home_free_bytes", "Bytes free where the home is.", reading.stored.free_bytes
    )


def _hub(hub: HubLoad) -> Iterator[Any]:
    accounts = GaugeMetricFamily(
        "sayso_hub_accounts",
        "Accounts that are carried, by whose word, and whether more of them is taken.",
        labels=["word", "state"],
    )
    counts = Counter((one.word, one.grows) for one in hub.accounts)
    for word, grows in product(_WORDS, (True, False)):
        accounts.add_metric([word, "growing" if grows else "full"], counts[word, grows])
    yield accounts
    yield _gauge(
        "sayso_hub_entries", "Entries of carried accounts.", sum(o.entries for o in hub.accounts)
    )
    yield _gauge(
        "sayso_hub_bytes", "Bytes of carried accounts.", sum(one.bytes for one in hub.accounts)
    )
    unlisted = [one for one in hub.accounts if not hub.settings.is_listed(one.account)]
    yield _gauge("sayso_hub_quota_accounts", "The quota of accounts.", hub.settings.quota.accounts)
    yield _gauge("sayso_hub_quota_accounts_used", "Accounts that count for it.", len(unlisted))
    yield _gauge("sayso_hub_quota_bytes", "The quota of bytes.", hub.settings.quota.bytes)
    yield _gauge(
        "sayso_hub_quota_bytes_used",
        "Bytes that count for it.",
        sum(one.bytes for one in unlisted),
    )
    yield _by(
        CounterMetricFamily,
        "sayso_hub_answers",
        "Answers to who asked the hub to carry an account, to let go of it, or how it stands.",
        "answer",
        {HUB_ANSWERS.get(code, OTHER): number for code, number in hub.answered.items()},
        tuple(HUB_ANSWERS.values()),
    )
    yield _by(
        CounterMetricFamily,
        "sayso_hub_evictions",
        "Accounts that were let go of, and why.",
        "reason",
        hub.ended,
        HUB_ENDS,
    )
    yield _gauge(
        "sayso_hub_file_mistake",
        "1 while hub.toml has a mistake and what it said before counts.",
        int(hub.is_file_bad),
    )


def _media(media: MediaLoad, size: int) -> Iterator[Any]:
    yield _gauge("sayso_media_bytes", "Bytes of media that count for the quota.", size)
    yield _counter("sayso_media_sent_bytes", "Bytes of media that peers were given.", media["sent"])
    yield _gauge("sayso_media_fetching", "Media that are on their way.", media["fetching"])
    yield _gauge("sayso_media_waiting", "Media that are to come later.", media["waiting"])
    yield _by(
        CounterMetricFamily,
        "sayso_media_fetched",
        "Media that were fetched, by what came of it.",
        "outcome",
        media["ended"],
        DOWNLOADS,
    )


def _letters(letters: LettersStatus) -> Iterator[Any]:
    yield _gauge("sayso_letters", "Letters that lie here for others.", letters["held"])
    yield _gauge("sayso_letters_bytes", "Their bytes.", letters["bytes"])
    yield _gauge("sayso_letters_doors", "Accounts whose doors are kept.", letters["doors"])
    yield _by(
        CounterMetricFamily,
        "sayso_letters_brought",
        "Letters that were brought, by what became of them.",
        "state",
        letters["brought"],
        LETTER_STATES,
    )
    yield _by(
        CounterMetricFamily,
        "sayso_letters_refused",
        "Streams of letters that were ended, by the code of the broken rule.",
        "code",
        letters["refused"],
        LETTER_ERRORS,
    )


def _relay(relaying: RelayingStatus) -> Iterator[Any]:
    yield _gauge("sayso_relay_places", "Peers that are reached through here.", relaying["places"])
    yield _gauge("sayso_relay_circuits", "Connections that are passed on.", relaying["circuits"])
    counts: Counter[str] = Counter()
    for name, number in relaying["counts"].items():
        counts[RELAYED.get(name, "refused")] += number if name != "bytes" else 0
    yield _by(
        CounterMetricFamily,
        "sayso_relay_requests",
        "What was asked of the relay, by what came of it.",
        "outcome",
        counts,
        (*RELAYED.values(), "refused"),
    )
    yield _counter(
        "sayso_relay_bytes", "Bytes that were passed on.", relaying["counts"].get("bytes", 0)
    )


def _gauge(name: str, words: str, value: float) -> Any:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> Any:
    return CounterMetricFamily(name, words, value=value)


def _histogram(name: str, words: str, histogram: Histogram) -> Any:
    return HistogramMetricFamily(name, words, buckets=histogram.buckets, sum_value=histogram.total)


def _by(
    kind: Any,
    name: str,
    words: str,
    label: str,
    values: Mapping[str, float],
    known: Sequence[str] | None = None,
) -> Any:
    """A family with one label. All `known` values of it are there, and whatever else was counted
    is one more, `OTHER`; without `known` it has just these `values`."""
    family = kind(name, words, labels=[label])
    if known is None:
        for one, number in values.items():
            family.add_metric([one], number)
        return family
    rest = dict(values)
    for one in known:
        family.add_metric([one], rest.pop(one, 0))
    family.add_metric([OTHER], sum(rest.values()))
    return family

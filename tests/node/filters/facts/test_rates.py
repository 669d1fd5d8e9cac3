"""How often authors post: looked up together, and the same as one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from tests.node.support import Person
from tests.node.village import Village

from sayso_node.filters.facts import rates
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_protocol.content.body import KnownBody, Post, Profile, Repost, write_body
from sayso_protocol.feed.run import sign_run
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from .test_gatherer import Counting

HOUR_MS = 3_600_000
START_MS = 1_700_000_000_000


def oracle(store: Store, entry: StoredEntry, most: int) -> int:
    """One by one, as it is defined."""
    since = entry.sort_ms - HOUR_MS
    query = TimelineQuery(10_000, entry.account, since_ms=since, before=entry.place)
    return min(len(store.timeline(query)), most)


def write(village: Village, person: Person, times: Sequence[int], arrived_ms: int) -> None:
    """A run with posts, reposts and profiles of these times."""
    bodies: list[KnownBody] = [Post("x"), Profile(name="x"), Post("y")]
    if (someone := village.store.timeline(TimelineQuery(1))) != []:
        bodies.append(Repost(someone[0].reference))
    made = [write_body(bodies[number % len(bodies)]) for number in range(len(times))]
    state = village.store.feed(person.feed)
    assert state is not None
    previous = state.held[-1].top if state.held else None
    run = sign_run(person.feed_key, state.head + 1, previous, list(times), made)
    village.store.append([run], arrived_ms)


@pytest.mark.parametrize("seed", range(8))
def test_rates_are_what_they_are_one_by_one(
    seed: int, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    most = chance.choice([2, 3, 7, 1000])
    monkeypatch.setattr(rates, "MAX_COUNTED", most)
    for name in ("ben", "anna"):
        busy = chance.choice([HOUR_MS // 20, HOUR_MS, 5 * HOUR_MS])
        times = sorted(START_MS + chance.randrange(8 * busy) for _ in range(40))
        # The second half is dated ahead: it sorts by its arrival.
        write(village, village[name], times[:25], times[-1])
        write(village, village[name], [one + 10**9 for one in times[25:]], times[-1] + HOUR_MS // 2)
    entries = village.store.arrived_after(0, 1000)
    for size in (1, 7, len(entries)):
        page = chance.sample(entries, size)
        facts = Gatherer(village.store, START_MS).facts_of(page)
        chance.shuffle(facts)
        found = {one.id: one.rate for one in facts}
        assert found == {one.id.hex(): oracle(village.store, one, most) for one in page}


def test_an_author_is_asked_about_once_a_page(village: Village) -> None:
    entries = village.says("ben", *(Post(str(n)) for n in range(30)))
    entries += village.says("anna", Post("x"))
    store = Counting(village.store)
    facts = Gatherer(store, 0).facts_of(entries)  # type: ignore[arg-type]
    assert [one.rate for one in facts] == [*range(30), 0]
    assert store.asked == {"places": 2}


def test_an_author_who_is_not_asked_about_costs_nothing(village: Village) -> None:
    entries = village.says("ben", Post("x")) + village.says("anna", Post("y"))
    store = Counting(village.store)
    ben, _ = Gatherer(store, 0).facts_of(entries)  # type: ignore[arg-type]
    assert ben.rate == 0 and store.asked == {"places": 1}

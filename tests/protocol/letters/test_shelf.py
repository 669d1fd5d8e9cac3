"""The shelf: who has a place, who gives way, who stands on the first page, and what decisions
do."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.budget import long

from sayso_protocol.letters.prices import DAY_MS, Reach
from sayso_protocol.letters.shelf import (
    AGE_MS,
    LANE_MS,
    MAX_DECIDED,
    MAX_LANES,
    MAX_OF_SENDER,
    MAX_TURNS,
    PLACES,
    REST_MS,
    Placed,
    Shelf,
    ShelfState,
)
from sayso_protocol.letters.stranger import Knock, KnockRule
from sayso_protocol.letters.turns import FIRST_PAGE

NOW = 20_000 * DAY_MS + 1000


def name(text: object) -> bytes:
    return str(text).encode().ljust(16, b".")


def knock(
    number: object,
    reach: Reach = Reach.FARTHER,
    by: str = "",
    network: object = "",
    sender: object = None,
    at_ms: int = NOW,
) -> Knock:
    route = tuple(name(one) for one in by.split()) if by else ()
    sender = name(f"sender {number}" if sender is None else sender)
    tag = str(network or number).encode().rjust(4, b"0")
    return Knock(name(number), sender, reach, route, tag, at_ms)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(ShelfState(bytes(32)))


def put(shelf: Shelf, *knocks: Knock) -> list[Placed]:
    return [shelf.put(one, one.arrived_ms) for one in knocks]


def test_a_knock_is_shelved_once(shelf: Shelf) -> None:
    assert put(shelf, knock(1), knock(1)) == [Placed(None), Placed(KnockRule.KNOWN)]
    assert len(shelf) == 1
    shelf.decline(name(1), NOW)
    assert put(shelf, knock(1)) == [Placed(KnockRule.KNOWN)]
    assert shelf.state.counts == {KnockRule.KNOWN: 2}


def test_one_account_has_few_places(shelf: Shelf) -> None:
    placed = put(shelf, *(knock(n, sender="same") for n in range(MAX_OF_SENDER + 2)))
    assert [one.rule for one in placed] == [None] * MAX_OF_SENDER + [KnockRule.SENDER] * 2


def test_each_class_has_its_places(shelf: Shelf) -> None:
    for reach in Reach:
        put(shelf, *(knock(f"{reach} {n}", reach, network=n) for n in range(1, 150)))
    found = [one.reach for one in shelf]
    assert {reach: found.count(reach) for reach in Reach} == PLACES
    assert len(shelf) == 200
    assert shelf.state.counts[KnockRule.TURN] == 4 * 149 - 200


def test_a_crowd_from_few_networks_takes_its_own_places(shelf: Shelf) -> None:
    """Thirty networks with eight each against ten people with one each."""
    chance = Random(1)
    crowd = [knock(f"c{n}", network=f"n{n % 30}") for n in range(240)]
    honest = [knock(f"h{n}", network=f"h{n}") for n in range(10)]
    everybody = [*crowd, *honest]
    chance.shuffle(everybody)
    put(shelf, *everybody)
    held = {one.id for one in shelf}
    assert all(one.id in held for one in honest)


def test_a_crowd_behind_one_introducer_takes_its_own_places(shelf: Shelf) -> None:
    crowd = [knock(f"c{n}", Reach.THIRD, "hop fool", f"n{n % 90}") for n in range(400)]
    honest = [knock(f"h{n}", Reach.THIRD, f"hop by{n}", "n1") for n in range(10)]
    put(shelf, *crowd[:200], *honest, *crowd[200:])
    held = {one.id for one in shelf}
    assert all(one.id in held for one in honest)


def test_a_crowd_spread_over_all_ways_takes_its_own_places(shelf: Shelf) -> None:
    """It comes by as many accounts as there are, but from ten networks."""
    crowd = [knock(f"c{n}", Reach.FOURTH, f"a{n} b{n} f{n}", f"n{n % 10}") for n in range(60)]
    honest = [knock(f"h{n}", Reach.FOURTH, f"a{n} b{n} q{n}", f"h{n}") for n in range(3)]
    put(shelf, *crowd[:30], *honest, *crowd[30:])
    held = {one.id for one in shelf}
    assert all(one.id in held for one in honest)


def test_whoever_came_by_all_carriers_stays(shelf: Shelf) -> None:
    """Else an attacker would have three times as many networks."""
    crowd = [knock(n, network=n) for n in range(1, 90)]
    put(shelf, *crowd[:35], knock("honest"))
    assert shelf.brought_again(name("honest")) == replace(knock("honest"), carriers=2)
    put(shelf, *crowd[35:])
    assert shelf.get(name("honest")) is not None
    assert shelf.brought_again(name("nobody")) is None


@long
def test_more_networks_than_places_leave_it_to_the_lot() -> None:
    """No order of arrival helps: the first and the last have the same chances."""
    early = late = 0
    for seed in range(60):
        shelf = Shelf(ShelfState(seed.to_bytes(32, "big")))
        put(shelf, *(knock(n, network=n) for n in range(1, 121)))
        held = {one.id for one in shelf}
        early += sum(name(n) in held for n in range(1, 41))
        late += sum(name(n) in held for n in range(81, 121))
    assert early + late > 0
    assert 0.8 < early / late < 1.25


def test_whoever_has_lain_for_a_day_gives_way_first(shelf: Shelf) -> None:
    put(shelf, *(knock(n, network=n) for n in range(1, 41)))
    fresh = [knock(f"f{n}", network=f"f{n}", at_ms=NOW + DAY_MS) for n in range(40)]
    put(shelf, *fresh)
    assert {one.id for one in shelf} == {one.id for one in fresh}
    assert all(shelf.get(one.id) is not None for one in fresh)


def test_a_line_an_introducer_and_one_for_all_from_farther(shelf: Shelf) -> None:
    put(shelf, *(knock(f"a{n}", Reach.NEAR, "ann") for n in range(5)))
    put(shelf, knock("b", Reach.NEAR, "bob"))
    put(shelf, *(knock(f"f{n}", network=n) for n in range(1, 9)))
    put(shelf, knock("t", Reach.THIRD, "ann cy"), knock("u", Reach.FOURTH, "ann cy dee"))
    page = shelf.page(NOW)
    assert {(one.knock.introducer, one.more) for one in page[:-1]} == {
        (name("ann"), 1),
        (name("bob"), 0),
    }
    assert page[-1].knock.id == name("t")
    assert page[-1].more == 9
    assert page == shelf.page(NOW + 5)


def test_the_first_page_is_one_screen(shelf: Shelf) -> None:
    put(shelf, *(knock(n, Reach.NEAR, f"by{n}") for n in range(60)), knock("far"))
    page = shelf.page(NOW)
    assert len(page) == FIRST_PAGE
    assert page[-1].knock.id == name("far")
    tomorrow = shelf.page(NOW + DAY_MS)
    assert [one.knock.id for one in tomorrow] != [one.knock.id for one in page]


@long
def test_each_way_from_the_reader_has_the_same_chance() -> None:
    """One honest way among three, the others with a hundred spammers each."""
    shown = 0
    for seed in range(60):
        shelf = Shelf(ShelfState(seed.to_bytes(32, "big")))
        for way in ("x", "y"):
            put(shelf, *(knock(f"{way}{n}", Reach.THIRD, f"{way} f{n}", n) for n in range(1, 100)))
        put(shelf, knock("honest", Reach.THIRD, "z friend"))
        shown += shelf.page(NOW)[-1].knock.id == name("honest")
    assert 10 < shown < 32


def test_the_line_of_the_far_ones_rests_longer_each_time(shelf: Shelf) -> None:
    now, rested = NOW, []
    for n in range(8):
        put(shelf, knock(n, at_ms=now), knock(f"again {n}", at_ms=now))
        assert len(shelf.page(now)) == 1
        shelf.decline(shelf.page(now)[0].knock.id, now)
        assert shelf.page(now) == []
        rested.append(shelf.state.rest_until_ms - now)
        now = shelf.state.rest_until_ms
    assert rested == [REST_MS * factor for factor in (1, 2, 4, 8, 16, 16, 16, 16)]
    put(shelf, knock("kind", at_ms=now), knock("next", at_ms=now))
    shelf.decline(name("next"), now)
    assert shelf.page(now) == []
    put(shelf, knock("other", at_ms=now))
    shelf.accept(name("kind"))
    assert len(shelf.page(now)) == 1


def test_declining_somebody_near_lets_nothing_rest(shelf: Shelf) -> None:
    put(shelf, knock("n", Reach.NEAR, "ann"), knock("far"))
    assert shelf.decline(name("n"), NOW) is not None
    assert [one.knock.id for one in shelf.page(NOW)] == [name("far")]
    assert shelf.decline(name("n"), NOW) is None


def test_a_block_costs_the_introducer_his_lane(shelf: Shelf) -> None:
    put(shelf, knock("s1", Reach.NEAR, "fool", sender="s"), knock("s2", sender="s"))
    put(shelf, knock("t", Reach.NEAR, "fool"))
    gone = shelf.block(name("s1"), NOW)
    assert {one.id for one in gone} == {name("s1"), name("s2")}
    assert shelf.without_lane(NOW) == {name("fool")}
    assert shelf.page(NOW) == []
    put(shelf, knock("u", Reach.NEAR, "fool"))
    assert shelf.page(NOW) == []
    assert len(shelf) == 2
    assert shelf.without_lane(NOW + LANE_MS) == frozenset()
    put(shelf, knock("v", Reach.NEAR, "fool", at_ms=NOW + LANE_MS))
    assert len(shelf.page(NOW + LANE_MS)) == 1
    assert shelf.block(name("nothing"), NOW) == ()


def test_whoever_was_accepted_comes_free(shelf: Shelf) -> None:
    put(shelf, knock(1))
    assert not shelf.is_accepted(name("sender 1"))
    taken = shelf.accept(name(1))
    assert taken is not None
    assert shelf.is_accepted(taken.sender)
    assert len(shelf) == 0
    assert shelf.accept(name(1)) is None


def test_nothing_lies_for_ever(shelf: Shelf) -> None:
    put(shelf, knock(1))
    placed = shelf.put(knock(2, at_ms=NOW + AGE_MS), NOW + AGE_MS)
    assert [one.id for one in placed.gone] == [name(1)]
    assert shelf.state.counts[KnockRule.AGE] == 1


def test_a_kept_shelf_is_the_same_shelf(shelf: Shelf) -> None:
    put(shelf, *(knock(n, Reach.NEAR, f"by{n % 7}") for n in range(30)))
    again = Shelf(shelf.state, list(shelf))
    assert again.page(NOW) == shelf.page(NOW)
    assert list(again) == list(shelf)


@long
def test_its_memory_is_bounded(shelf: Shelf) -> None:
    """A hundred thousand identities over a year, each declined or blocked."""
    chance = Random(3)
    for n in range(10_000):
        now = NOW + n * DAY_MS // 20
        reach = chance.choice(list(Reach))
        one = replace(knock(n, reach, f"a b{n}"), network=n.to_bytes(4, "big"), arrived_ms=now)
        shelf.put(one, now)
        chance.choice((shelf.decline, shelf.block))(one.id, now)
    assert len(shelf) <= 200
    state = shelf.state
    assert len(state.decided) <= MAX_DECIDED
    assert len(state.turns) <= MAX_TURNS
    assert len(state.lanes) <= MAX_LANES

"""On whose word something rests, and when a front end has to tell everything."""

from __future__ import annotations

from sayso_protocol.limits import SECOND_WHOLE_MS, WHOLE_EVERY_MS
from sayso_protocol.sync.rosters.basis import MAX_WHOLES, NOBODY

from .makers import NOW_MS, key

ANN, BEN, CID, DAN = (bytes([n]) * 32 for n in range(4))


def test_what_one_node_told_alone_is_never_due() -> None:
    alone = NOBODY.told_whole(ANN, NOW_MS)
    assert not alone.is_due(ANN, NOW_MS + 10 * WHOLE_EVERY_MS)
    assert not NOBODY.is_due(ANN, NOW_MS)


def test_a_move_at_once_costs_nothing_and_a_day_later_a_second_one_tells_everything() -> None:
    alone = NOBODY.told_whole(ANN, NOW_MS)
    assert not alone.is_due(BEN, NOW_MS + SECOND_WHOLE_MS - 1)
    assert alone.is_due(BEN, NOW_MS + SECOND_WHOLE_MS)
    shared = alone.passed_to(BEN)
    assert not shared.is_due(ANN, NOW_MS + SECOND_WHOLE_MS)  # it has told everything lately
    assert shared.is_due(ANN, NOW_MS + WHOLE_EVERY_MS)


def test_two_that_told_everything_are_enough_for_all_for_a_week() -> None:
    two = NOBODY.told_whole(ANN, NOW_MS).told_whole(BEN, NOW_MS + SECOND_WHOLE_MS)
    assert two.nodes == (BEN,)
    for node in (ANN, BEN, CID):
        assert not two.is_due(node, NOW_MS + WHOLE_EVERY_MS - 1)
    assert two.passed_to(CID).is_due(ANN, NOW_MS + WHOLE_EVERY_MS)
    assert not two.passed_to(CID).is_due(BEN, NOW_MS + WHOLE_EVERY_MS)


def test_a_clock_that_was_put_back_is_no_word_for_ever() -> None:
    shared = NOBODY.told_whole(ANN, NOW_MS).passed_to(BEN)
    assert shared.is_due(BEN, NOW_MS - 1)


def test_it_rests_on_all_who_told_since_one_told_everything() -> None:
    shared = NOBODY.told_whole(ANN, NOW_MS).passed_to(BEN).passed_to(CID).passed_to(BEN)
    assert shared.nodes == (ANN, BEN, CID)
    assert shared.rests_on({ANN, BEN, CID, DAN}) and not shared.rests_on({BEN, CID})
    assert shared.told_whole(BEN, NOW_MS).rests_on({BEN})
    assert NOBODY.rests_on(set())


def test_it_stays_small() -> None:
    basis = NOBODY
    for number in range(20):
        basis = basis.told_whole(key(number).public, NOW_MS + number)
    assert len(basis.wholes) == MAX_WHOLES and len(basis.nodes) == 1

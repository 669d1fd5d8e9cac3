"""The table of costs: no type of frame and no effect is left out."""

from __future__ import annotations

from typing import get_args

import pytest

from sayso_protocol.crypto.hashing import TOKEN_SIZE
from sayso_protocol.sync.budgets.costs import (
    BODY_PIECE,
    COSTS,
    EFFECTS,
    HASH_US,
    ROSTER_ROW,
    SENT_US,
    cost_us,
    is_of_use,
)
from sayso_protocol.sync.effects import (
    Answer,
    Effect,
    FindChanges,
    Send,
    StoreGrants,
    StoreRun,
)
from sayso_protocol.sync.session import TRANSITIONS
from sayso_protocol.sync.wire import frame_codec
from sayso_protocol.sync.wire.frames import (
    Ask,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Mark,
    Miss,
    Offer,
    Prune,
    Say,
    Serve,
    Synced,
    Unwant,
    Want,
)

from ..meeting import GRANT, run_of

TOKEN = bytes(TOKEN_SIZE)
WITH_ITEMS = {
    Want: lambda n: Want(1, [bytes(8)] * n, False, TOKEN),
    Unwant: lambda n: Unwant(1, [bytes(8)] * n, TOKEN),
    Have: lambda n: Have([Offer(GRANT.wire, [(1, 2)])] * n, False),
    Get: lambda n: Get([Ask(1, bytes(32), 1, 2)] * n),
    Entries: lambda n: Entries(0, run_of(1, n)),
    Miss: lambda n: Miss([1] * n),
    Heights: lambda n: Heights([(bytes(32), 1)] * n),
    Prune: lambda n: Prune([bytes(32)] * n),
    Graft: lambda n: Graft([bytes(32)] * n),
    Say: lambda n: Say([b"."] * n),
    Serve: lambda n: Serve(bytes(ROSTER_ROW * n)),
}


def test_every_type_of_frame_has_a_cost_and_every_effect_too() -> None:
    assert set(COSTS) == set(frame_codec._NUMBERS) == set(get_args(Frame))
    assert set(EFFECTS) == set(get_args(Effect))
    allowed = {kind for following in TRANSITIONS.values() for kind in following}
    assert set(COSTS) == allowed
    assert all(cost.frame_us > 0 for cost in COSTS.values())
    assert set(WITH_ITEMS) == {kind for kind, cost in COSTS.items() if cost.item_us}


@pytest.mark.parametrize("kind", WITH_ITEMS, ids=lambda kind: kind.__name__)
def test_each_item_costs_as_much_as_the_table_says(kind: type) -> None:
    cost, made = COSTS[kind], WITH_ITEMS[kind]
    one, ten = cost_us(made(1), 0, [], "ann"), cost_us(made(10), 0, [], "ann")
    assert ten - one == pytest.approx(9 * cost.item_us)
    sent_one = cost_us(Synced(), 0, [Send("ann", made(1))], "ann")
    sent_ten = cost_us(Synced(), 0, [Send("ann", made(10))], "ann")
    assert sent_ten - sent_one == pytest.approx(9 * cost.sent_item_us)


def test_bytes_long_bodies_and_ranges_cost_too() -> None:
    assert cost_us(Synced(), 1 << 20, [], "ann") > 100 * cost_us(Synced(), 5, [], "ann")
    run = run_of(1)
    long = type(run)(run.feed, 1, None, run.times, [bytes(BODY_PIECE * 64)], run.signatures)
    cost = COSTS[Entries]
    more = cost_us(Entries(0, long), 0, [], "ann") - cost_us(Entries(0, run), 0, [], "ann")
    assert more == pytest.approx(64 * cost.item_us)
    wide = Have([Offer(GRANT.wire, [(2 * n, 2 * n) for n in range(1, 65)])], False)
    narrow = Have([Offer(GRANT.wire, [(1, 1)])], False)
    assert (
        cost_us(wide, 0, [], "ann") > 4 * cost_us(narrow, 0, [], "ann") - 4 * COSTS[Have].frame_us
    )


def test_what_follows_is_charged_to_whom_it_concerns() -> None:
    alone = cost_us(Synced(), 5, [], "ann")
    effects = [FindChanges("ann", Mark(1, bytes(8))), FindChanges("ben", Mark(1, bytes(8)))]
    assert cost_us(Synced(), 5, effects, "ann") == alone + EFFECTS[FindChanges]
    assert cost_us(Synced(), 5, [Send("ben", Synced())], "ann") == alone
    assert cost_us(Synced(), 5, [Send("ann", Synced())], "ann") == alone + SENT_US
    assert cost_us(Synced(), 5, [], "ann", hashed=7) == alone + 7 * HASH_US


def test_what_is_going_to_be_stored_is_of_use() -> None:
    assert is_of_use([Send("ann", Synced()), StoreRun("ann", run_of(1), None)])
    assert is_of_use([StoreGrants([GRANT])])
    assert not is_of_use([Answer("ann", [])])
    assert not is_of_use([])

"""Runs: what signing makes, checking takes; any change to it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import verify
from sayso_protocol.errors import (
    BadKey,
    BadSequence,
    BadShape,
    BadSignature,
    Refused,
    TimeGoesBack,
    TooLarge,
)
from sayso_protocol.feed.entry import DOMAIN, Header
from sayso_protocol.feed.run import RawRun, Run, has_ids, ids_of, part_of, sign_run, verify_run
from sayso_protocol.limits import MAX_BODY, MAX_RUN_ENTRIES, MAX_SEQ, MAX_TIME_MS

from ..strategies import FEED, STRANGER, bit_flips, raw_of, runs

TIMES = [1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_005]
BODIES = [b"first", b"second", b"third"]
PREVIOUS = bytes(range(32))
RUN = sign_run(FEED, 7, PREVIOUS, TIMES, BODIES)
UNSOUND_KEY = bytes(32)


def absent(body: bytes) -> tuple[int, bytes]:
    return len(body), body_hash(body)


@given(runs())
def test_what_was_signed_verifies_and_has_the_same_ids(run):
    again = verify_run(raw_of(run))
    assert again.ids == run.ids
    assert all(getattr(again, name) == getattr(run, name) for name in Run.__slots__)
    assert verify_run(raw_of(run), tip=run.tip).ids == run.ids


@given(runs())
def test_a_run_knows_its_length_last_number_and_tip(run):
    assert len(run) == len(run.times) == len(run.bodies) == len(run.signatures) == len(run.ids)
    assert run.last == run.first + len(run) - 1 == raw_of(run).last
    assert run.tip == run.ids[-1]


@given(runs())
def test_every_entry_is_signed_and_named_as_one_entry_would_be(run):
    previous = run.previous
    for seq, (at, body, signature, name) in enumerate(
        zip(run.times, run.bodies, run.signatures, run.ids, strict=True), run.first
    ):
        header = Header(run.feed, seq, previous, at, *absent(body)).encode()
        verify(run.feed, DOMAIN, header, signature)
        previous = entry_id(header, signature)
        assert previous == name


@given(runs(), st.data())
def test_bodies_that_are_gone_leave_the_same_ids(run, data):
    gone = data.draw(st.lists(st.booleans(), min_size=len(run), max_size=len(run)))
    bodies = [absent(body) if go else body for body, go in zip(run.bodies, gone, strict=True)]
    thinned = verify_run(raw_of(run, bodies=bodies))
    assert thinned.ids == run.ids
    assert thinned.bodies == bodies


def part(run: Run, start: int, end: int) -> RawRun:
    """Entries `start` to `end` (exclusive, from 0) of a run, as a run of their own."""
    return RawRun(
        run.feed,
        run.first + start,
        run.ids[start - 1] if start else run.previous,
        run.times[start:end],
        run.bodies[start:end],
        run.signatures[start:end],
    )


@given(runs(), st.data())
def test_a_run_split_anywhere_gives_two_runs_that_link(run, data):
    if len(run) == 1:
        return
    cut = data.draw(st.integers(1, len(run) - 1))
    newer = verify_run(part(run, cut, len(run)))
    older = verify_run(part(run, 0, cut))
    assert verify_run(part(run, 0, cut), tip=newer.previous).ids == older.ids
    assert older.tip == newer.previous
    assert older.last + 1 == newer.first
    assert older.ids + newer.ids == run.ids


def changed_columns() -> dict[str, list[RawRun]]:
    """Every copy of the sample with one bit of one column turned over."""
    flips: dict[str, list[RawRun]] = {
        "feed": [raw_of(RUN, feed=feed) for feed in bit_flips(RUN.feed)],
        "previous": [raw_of(RUN, previous=name) for name in bit_flips(PREVIOUS)],
        "first": [raw_of(RUN, first=RUN.first ^ 1 << bit) for bit in range(64)],
    }
    for column in ("bodies", "signatures"):
        flips[column] = [
            raw_of(RUN, **{column: replaced(getattr(RUN, column), place, value)})
            for place in range(len(RUN))
            for value in bit_flips(getattr(RUN, column)[place])
        ]
    flips["times"] = [
        raw_of(RUN, times=replaced(RUN.times, place, RUN.times[place] ^ 1 << bit))
        for place in range(len(RUN))
        for bit in range(64)
    ]
    thinned = [absent(body) for body in BODIES]
    flips["sizes"] = [
        raw_of(RUN, bodies=replaced(thinned, place, (thinned[place][0] ^ 1 << bit, digest)))
        for place, (_, digest) in enumerate(thinned)
        for bit in range(16)
    ]
    flips["hashes"] = [
        raw_of(RUN, bodies=replaced(thinned, place, (size, value)))
        for place, (size, digest) in enumerate(thinned)
        for value in bit_flips(digest)
    ]
    return flips


def replaced(column: list, place: int, value: object) -> list:
    return [*column[:place], value, *column[place + 1 :]]


@pytest.mark.parametrize("column", changed_columns())
def test_every_flipped_bit_of_every_column_is_refused(column):
    for raw in changed_columns()[column]:
        with pytest.raises(Refused):
            verify_run(raw)
        if column != "feed" or raw.feed != RUN.feed:
            with pytest.raises(Refused):
                verify_run(raw, tip=RUN.tip)


@given(runs())
def test_a_run_has_the_ids_that_it_was_verified_with(run):
    raw = raw_of(run)
    assert has_ids(raw, ids_of(raw))
    thinned = raw_of(run, bodies=list(map(absent, run.bodies)))
    assert has_ids(thinned, run.ids)


@pytest.mark.parametrize("column", changed_columns())
def test_with_any_flipped_bit_it_has_not(column):
    assert not any(has_ids(raw, RUN.ids) for raw in changed_columns()[column])


def test_it_has_no_other_ids_and_nothing_that_is_no_run_has_any():
    raw = raw_of(RUN)
    for name in RUN.ids:
        place = RUN.ids.index(name)
        assert not any(has_ids(raw, replaced(RUN.ids, place, flip)) for flip in bit_flips(name))
    assert not has_ids(raw, RUN.ids[::-1])
    assert not has_ids(raw, RUN.ids[:-1])
    assert not has_ids(raw, [*RUN.ids, RUN.tip])
    for column in ("times", "bodies", "signatures"):
        values = getattr(RUN, column)
        for other in ([], values[:-1], [*values, values[0]], [*values[:-1], None]):
            assert not has_ids(raw_of(RUN, **{column: other}), RUN.ids)
    for times in ([*TIMES[:-1], "late"], [*TIMES[:-1], -(1 << 70)], [*TIMES[:-1], object()]):
        assert not has_ids(raw_of(RUN, times=times), RUN.ids)
    assert not has_ids(raw_of(RUN, previous=None), RUN.ids)


def test_entries_in_another_order_are_refused():
    for column in ("times", "bodies", "signatures"):
        with pytest.raises(Refused):
            verify_run(raw_of(RUN, **{column: getattr(RUN, column)[::-1]}))


def test_a_run_of_another_feed_is_refused():
    with pytest.raises(BadSignature):
        verify_run(raw_of(RUN, feed=STRANGER.public))


def test_a_tip_other_than_the_last_id_is_refused():
    for tip in (RUN.ids[0], RUN.ids[1], PREVIOUS, b"", bytes(32)):
        with pytest.raises(BadSignature):
            verify_run(raw_of(RUN), tip=tip)


def test_a_tip_proves_an_entry_whose_own_signature_does_not_verify():
    """An authentic later entry names it, signature included: so the author chose it."""
    header = Header(FEED.public, 7, PREVIOUS, 5, *absent(b"odd")).encode()
    odd = RawRun(FEED.public, 7, PREVIOUS, [5], [b"odd"], [bytes(64)])
    with pytest.raises(BadSignature):
        verify_run(odd)
    name = entry_id(header, bytes(64))
    assert verify_run(odd, tip=name).ids == [name]
    after = sign_run(FEED, 8, name, [5], [b"after"])
    joined = raw_of(
        after,
        first=7,
        previous=PREVIOUS,
        times=[5, 5],
        bodies=[b"odd", b"after"],
        signatures=[bytes(64), *after.signatures],
    )
    assert verify_run(joined).ids == [name, after.tip]


@pytest.mark.parametrize("times", [[1, 0], [5, 5, 4], [0, 9, 3, 10], [MAX_TIME_MS, 0]])
def test_time_going_back_is_refused_and_never_signed(times):
    count = len(times)
    with pytest.raises(TimeGoesBack):
        sign_run(FEED, 1, None, times, [b"x"] * count)
    with pytest.raises(TimeGoesBack):
        verify_run(RawRun(FEED.public, 1, None, times, [b"x"] * count, [bytes(64)] * count))


UNSOUND = {
    "empty": ({"times": [], "bodies": [], "signatures": []}, BadShape),
    "a time short": ({"times": TIMES[1:]}, BadShape),
    "a body short": ({"bodies": BODIES[1:]}, BadShape),
    "a body too many": ({"bodies": [*BODIES, b"x"]}, BadShape),
    "a short feed key": ({"feed": FEED.public[1:]}, BadShape),
    "a feed key in text": ({"feed": "x" * 32}, BadShape),
    "no feed key": ({"feed": None}, BadShape),
    "an unsound feed key": ({"feed": UNSOUND_KEY}, BadKey),
    "number 0": ({"first": 0}, BadSequence),
    "number -1": ({"first": -1}, BadSequence),
    "number 2^63": ({"first": 2**63}, BadSequence),
    "number 2^64": ({"first": 2**64}, BadSequence),
    "a number that is true": ({"first": True, "previous": None}, BadSequence),
    "a number in text": ({"first": "7"}, BadSequence),
    "last number over the limit": ({"first": MAX_SEQ - 1}, BadSequence),
    "first with a previous": ({"first": 1}, BadSequence),
    "later without a previous": ({"previous": None}, BadSequence),
    "a short previous": ({"previous": PREVIOUS[1:]}, BadShape),
    "a previous in text": ({"previous": "x" * 32}, BadShape),
    "a time before 1970": ({"times": [-1, 0, 1]}, BadShape),
    "a time after 9999": ({"times": [0, 0, MAX_TIME_MS + 1]}, BadShape),
    "a time that is true": ({"times": [True, 1, 1]}, BadShape),
    "a time that is no whole number": ({"times": [1.0, 1, 1]}, BadShape),
    "an empty body": ({"bodies": [b"", b"", b""]}, BadShape),
    "a body over the limit": ({"bodies": [b"x" * (MAX_BODY + 1)] * 3}, TooLarge),
}
UNSOUND_COLUMNS = {
    "a signature short": ({"signatures": RUN.signatures[1:]}, BadShape),
    "a signature too many": ({"signatures": [*RUN.signatures, bytes(64)]}, BadShape),
    "a short signature": ({"signatures": [b"x" * 63] * 3}, BadShape),
    "a long signature": ({"signatures": [b"x" * 65] * 3}, BadShape),
    "a signature in text": ({"signatures": ["x" * 64] * 3}, BadShape),
    "an absent body of size 0": ({"bodies": [(0, bytes(32))] * 3}, BadShape),
    "an absent body over the limit": ({"bodies": [(MAX_BODY + 1, bytes(32))] * 3}, TooLarge),
    "an absent body of size true": ({"bodies": [(True, bytes(32))] * 3}, BadShape),
    "an absent body with a short hash": ({"bodies": [(1, bytes(31))] * 3}, BadShape),
    "an absent body with a long hash": ({"bodies": [(1, bytes(33))] * 3}, BadShape),
    "an absent body with no hash": ({"bodies": [(1, None)] * 3}, BadShape),
    "an absent body with one part": ({"bodies": [(1,)] * 3}, BadShape),
    "an absent body with three parts": ({"bodies": [(1, bytes(32), 0)] * 3}, BadShape),
    "an absent body as a list": ({"bodies": [[1, bytes(32)]] * 3}, BadShape),
    "a body in text": ({"bodies": ["xx"] * 3}, BadShape),
    "a body that can change": ({"bodies": [bytearray(b"xx")] * 3}, BadShape),
    "bodies in one string": ({"bodies": b"xyz"}, BadShape),
}


@pytest.mark.parametrize("case", UNSOUND | UNSOUND_COLUMNS)
def test_unsound_columns_are_refused_with_and_without_a_tip(case):
    changed, refusal = (UNSOUND | UNSOUND_COLUMNS)[case]
    for tip in (None, RUN.tip):
        with pytest.raises(refusal):
            verify_run(raw_of(RUN, **changed), tip=tip)


@pytest.mark.parametrize("case", [name for name in UNSOUND if "feed key" not in name])
def test_unsound_columns_are_never_signed(case):
    changed, refusal = UNSOUND[case]
    fields = {"first": 7, "previous": PREVIOUS, "times": TIMES, "bodies": BODIES} | changed
    fields.pop("signatures", None)
    with pytest.raises(refusal):
        sign_run(FEED, **fields)


def test_the_limits_themselves_are_accepted():
    longest = sign_run(FEED, 1, None, [0] * MAX_RUN_ENTRIES, [b"x"] * MAX_RUN_ENTRIES)
    assert len(verify_run(raw_of(longest))) == MAX_RUN_ENTRIES
    edge = sign_run(FEED, MAX_SEQ - 1, PREVIOUS, [0, MAX_TIME_MS], [b"x", b"x" * MAX_BODY])
    assert verify_run(raw_of(edge)).last == MAX_SEQ


def test_one_entry_over_the_limit_is_refused_and_never_signed():
    count = MAX_RUN_ENTRIES + 1
    with pytest.raises(BadShape):
        sign_run(FEED, 1, None, [0] * count, [b"x"] * count)
    with pytest.raises(BadShape):
        verify_run(RawRun(FEED.public, 1, None, [0] * count, [b"x"] * count, [bytes(64)] * count))


@pytest.mark.parametrize("proof", [None, True, object(), RUN.tip, RUN])
def test_a_run_cannot_be_made_without_proof(proof):
    with pytest.raises(TypeError):
        Run(raw_of(RUN), RUN.ids, proof)


def test_what_was_proven_does_not_change_with_the_columns_it_came_from():
    raw = raw_of(RUN, times=[*TIMES], bodies=[*BODIES], signatures=[*RUN.signatures])
    proven = verify_run(raw)
    for column in (raw.times, raw.bodies, raw.signatures):
        column.clear()
    assert (proven.times, proven.bodies, len(proven.signatures)) == (TIMES, BODIES, 3)


@pytest.mark.parametrize(("first", "last"), [(7, 9), (7, 7), (7, 8), (8, 8), (8, 9), (9, 9)])
def test_a_part_of_a_run_is_a_run(first, last):
    """Of bytes as they came and of what is proven, wherever it begins and ends."""
    found = part_of(RUN, RUN.ids, first, last)
    assert (found.feed, found.first, found.last) == (RUN.feed, first, last)
    assert found.previous == (PREVIOUS if first == 7 else RUN.ids[first - 8])
    assert found == part_of(raw_of(RUN), RUN.ids, first, last)
    assert verify_run(found).ids == RUN.ids[first - 7 : last - 6]
    assert found.bodies == BODIES[first - 7 : last - 6]


def test_a_run_knows_whether_its_own_signature_has_proven_it():
    assert RUN.is_signed is verify_run(raw_of(RUN)).is_signed is True
    assert verify_run(raw_of(RUN), tip=RUN.tip).is_signed is False

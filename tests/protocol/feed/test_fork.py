"""Fork proofs: every real fork can be shown, and nobody can be accused of one falsely."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import (
    BadKey,
    BadSequence,
    BadShape,
    BadSignature,
    NotCanonical,
    NotForked,
    Refused,
    TimeGoesBack,
    TooLarge,
    UnknownVersion,
)
from sayso_protocol.feed.entry import DOMAIN, encode_header
from sayso_protocol.feed.fork import ForkProof, fork_of, read_fork
from sayso_protocol.feed.run import RawRun, Run, ids_of, part_of, sign_run, verify_run
from sayso_protocol.limits import MAX_BODY, MAX_FORK, MAX_FORK_ENTRIES, MAX_SEQ, MAX_TIME_MS

from ..crypto.test_keys import SMALL_ORDER
from ..strategies import FEED, STRANGER, bit_flips, raw_of
from .test_run_oracle import changes

AT = 1_700_000_000_000
NAME = bytes(range(32))


def branch(text: str, count: int, stem: Run | None = None, feed: KeyPair = FEED) -> Run:
    """A branch of honest entries, on top of a stem or from the first entry on."""
    first, previous = (stem.last + 1, stem.tip) if stem else (1, None)
    bodies = [f"{text} {seq}".encode() for seq in range(first, first + count)]
    return sign_run(feed, first, previous, range(AT + first, AT + first + count), bodies)


def joined(stem: Run | None, run: Run) -> Run:
    if stem is None:
        return run
    columns = {
        name: [*getattr(stem, name), *getattr(run, name)]
        for name in ("times", "bodies", "signatures")
    }
    return verify_run(raw_of(stem, **columns))


def careless(first: int, previous: bytes | None, texts: list[str], unsigned: set[int]) -> RawRun:
    """Entries by the holder of the key, who left some signatures out."""
    rows, name = [], previous
    for seq, text in enumerate(texts, first):
        body = text.encode()
        header = encode_header(FEED.public, seq, name, AT, len(body), body_hash(body))
        signature = bytes(64) if seq in unsigned else FEED.sign(DOMAIN, header)
        rows.append((AT, body, signature))
        name = entry_id(header, signature)
    return RawRun(FEED.public, first, previous, *map(list, zip(*rows, strict=True)))


def part(run: Run | RawRun, first: int, last: int) -> RawRun:
    return part_of(run, run.ids if isinstance(run, Run) else ids_of(run), first, last)


def ways(raw: RawRun):
    """The same run in each form in which it may come."""
    gone = [(len(body), body_hash(body)) for body in raw.bodies]
    mixed = [*gone[:1], *raw.bodies[1:]]
    tuples = {name: tuple(getattr(raw, name)) for name in ("times", "bodies", "signatures")}
    yield raw
    yield replace(raw, bodies=gone)
    yield replace(raw, bodies=mixed)
    yield replace(raw, **tuples)
    yield verify_run(raw)
    yield verify_run(replace(raw, bodies=gone))


def cuts(run: Run):
    """Any part of a run."""
    ends = st.tuples(*[st.integers(run.first, run.last)] * 2).map(sorted)
    return ends.map(lambda ends: part(run, *ends))


def names(run: RawRun) -> dict[int, bytes | None]:
    return dict(enumerate([run.previous, *ids_of(run)], run.first - 1))


def lowest_difference(a: RawRun, b: RawRun) -> int | None:
    one, other = names(a), names(b)
    return min((seq for seq in one.keys() & other.keys() if one[seq] != other[seq]), default=None)


STEM = branch("stem", 3)
LEFT, RIGHT = (branch(text, 4, STEM) for text in ("left", "right"))
PROOF = fork_of(LEFT, RIGHT)
HONEST = joined(STEM, branch("honest", 9, STEM))


# --- what forks -------------------------------------------------------------------------


def test_two_first_entries_after_a_stem_are_a_fork_there():
    assert ForkProof(FEED.public, 4, PROOF.wire) == PROOF
    assert read_fork(PROOF.wire) == PROOF


def test_a_proof_has_the_bytes_that_it_always_had():
    def run(branch: Run) -> bytes:
        size, digest = len(branch.bodies[0]), body_hash(branch.bodies[0])
        return (
            b"\x96\x04\xc4\x20" + STEM.tip + b"\x91\xcf" + (AT + 4).to_bytes(8, "big")
        ) + b"".join(
            [b"\x91", bytes([size]), b"\x91\xc4\x20", digest, b"\x91\xc4\x40", branch.signatures[0]]
        )

    # Equal up to the size of the body: "left 4" is shorter than "right 4".
    tail = run(LEFT) + run(RIGHT)
    assert PROOF.wire == b"\x95\x01\xa4fork\xc4\x20" + FEED.public + tail


def test_two_first_entries_of_a_feed_are_a_fork_at_1():
    proof = fork_of(branch("left", 2), branch("right", 3))
    assert proof.seq == 1
    assert read_fork(proof.wire) == proof


def test_an_entry_that_names_another_before_it_is_a_fork_one_below():
    for a, b in (((5, 7), (4, 4)), ((5, 5), (4, 4)), ((5, 7), (5, 6)), ((7, 7), (6, 6))):
        proof = fork_of(part(LEFT, *a), part(RIGHT, *b))
        assert proof.seq == max(a[0], b[0]) - 1
        assert proof == fork_of(part(RIGHT, *b), part(LEFT, *a)) == read_fork(proof.wire)


@long
@given(st.integers(0, 3), st.integers(1, 6), st.integers(1, 6), st.data())
def test_any_parts_of_two_branches_prove_what_they_show_with_one_entry_each(stem, m, n, data):
    base = branch("stem", stem) if stem else None
    a = data.draw(cuts(joined(base, branch("left", m, base))))
    b = data.draw(cuts(joined(base, branch("right", n, base))))
    seq = lowest_difference(a, b)
    proofs = {fork_of(one, other) for one in ways(a) for other in ways(b)}
    proofs |= {fork_of(other, one) for one in ways(a) for other in ways(b)}
    (proof,) = proofs
    if seq is None:
        assert proof is None
        return
    assert (proof.feed, proof.seq) == (FEED.public, seq)
    assert read_fork(proof.wire) == proof
    runs = decode(proof.wire)[3:]
    assert [len(run[2]) for run in runs] == [1, 1]
    assert encode(runs[0]) < encode(runs[1])


@st.composite
def careless_branches(draw: st.DrawFn) -> tuple[RawRun, RawRun]:
    """Parts of two branches after one stem, each signed at its tip and here and there."""
    return draw(careless_branch("left")), draw(careless_branch("right"))


@st.composite
def careless_branch(draw: st.DrawFn, text: str) -> RawRun:
    last = draw(st.integers(5, 10 + MAX_FORK_ENTRIES))
    odd = draw(st.sets(st.integers(4, last - 1)) | st.just(set(range(4, last))))
    texts = [f"{text} {seq}" for seq in range(4, last + 1)]
    return part(careless(4, STEM.tip, texts, odd), draw(st.integers(4, min(7, last))), last)


def smallest(run: RawRun, seq: int) -> int | None:
    """Entries of the shortest part that names a number and verifies, by trying all."""
    found = []
    for first in range(run.first, run.last + 1):
        for last in range(first, min(run.last, first + MAX_FORK_ENTRIES - 1) + 1):
            if first - 1 <= seq <= last:
                try:
                    verify_run(part(run, first, last))
                except Refused:
                    continue
                found.append(last - first + 1)
    return min(found, default=None)


def test_the_part_that_shows_a_difference_begins_there_and_not_before_it():
    """4 is one entry in both runs and signed; 5 differs and only 6 proves it."""
    proof = fork_of(*(careless(4, STEM.tip, ["same", text, text], {5}) for text in ("l", "r")))
    assert proof is not None
    assert proof.seq == 5


@long
@given(careless_branches())
@examples(60)
def test_where_signatures_are_missing_the_shortest_parts_that_are_signed_are_shown(branches):
    a, b = branches
    one, other = names(a), names(b)
    provable = [
        (smallest(a, seq), smallest(b, seq))
        for seq in sorted(one.keys() & other.keys())
        if one[seq] != other[seq]
    ]
    wanted = next((pair for pair in provable if None not in pair), None)
    proof = fork_of(a, b)
    if wanted is None:
        assert proof is None
    else:
        runs = decode(proof.wire)[3:]
        assert sorted(len(run[2]) for run in runs) == sorted(wanted)
        assert read_fork(proof.wire) == proof == fork_of(b, a)


def unsigned_up_to(last: int, text: str) -> RawRun:
    """Entries 4 to `last`, of which only the last is signed."""
    count = last - STEM.last
    texts = [f"{text} {place}" for place in range(count)]
    return careless(4, STEM.tip, texts, set(range(4, last)))


def test_a_signature_within_the_limit_is_reached_and_none_beyond():
    within = unsigned_up_to(4 + MAX_FORK_ENTRIES, "left")
    proof = fork_of(within, RIGHT)
    assert proof.seq == 4
    assert sorted(len(run[2]) for run in decode(proof.wire)[3:]) == [1, MAX_FORK_ENTRIES]
    beyond = unsigned_up_to(5 + MAX_FORK_ENTRIES, "left")
    # Number 4 is out of reach: the proof is made for 5, which the signed tip does reach.
    assert fork_of(beyond, RIGHT).seq == 5
    assert fork_of(unsigned_up_to(8 + MAX_FORK_ENTRIES, "left"), RIGHT) is None


def test_the_largest_proof_fits_its_limit():
    first = MAX_SEQ - MAX_FORK_ENTRIES

    def odd(text: str) -> RawRun:
        count = MAX_FORK_ENTRIES + 1
        run = careless(first, NAME, [text] * count, set(range(first, MAX_SEQ)))
        return replace(run, bodies=[(MAX_BODY, body_hash(body)) for body in run.bodies])

    def signed(run: RawRun) -> RawRun:
        times = [MAX_TIME_MS] * len(run.times)
        bare = replace(run, times=times)
        before = ids_of(bare)[-2]
        header = encode_header(FEED.public, MAX_SEQ, before, MAX_TIME_MS, *run.bodies[-1])
        return replace(bare, signatures=[*run.signatures[:-1], FEED.sign(DOMAIN, header)])

    proof = fork_of(signed(odd("left")), signed(odd("right")))
    assert [len(run[2]) for run in decode(proof.wire)[3:]] == [MAX_FORK_ENTRIES] * 2
    assert len(proof.wire) == 3737 <= MAX_FORK


def test_runs_that_only_a_later_entry_proves_still_show_where_they_are_signed():
    run = unsigned_up_to(6, "left")
    whole = verify_run(run)
    unproven = verify_run(part(whole, 4, 5), tip=whole.ids[1])
    assert fork_of(unproven, RIGHT) is None
    assert fork_of(whole, RIGHT).seq == 4


# --- no false accusation ----------------------------------------------------------------


@given(cuts(HONEST), cuts(HONEST))
@example(raw_of(HONEST), raw_of(HONEST))
def test_an_honest_feed_is_never_accused_however_it_is_cut_and_written(a, b):
    for one in ways(a):
        for other in ways(b):
            assert fork_of(one, other) is None
    if max(len(a.times), len(b.times)) <= MAX_FORK_ENTRIES:
        for wire in (wire_of(a, b), wire_of(b, a)):
            with pytest.raises((NotForked, NotCanonical)):
                read_fork(wire)


@given(cuts(HONEST), cuts(HONEST), st.data())
@examples(300)
def test_lies_about_an_honest_feed_prove_nothing(a, b, data):
    lie = raw_of(verify_run(a), **data.draw(changes(verify_run(a))))
    assert fork_of(lie, b) is None
    assert fork_of(b, lie) is None
    assert fork_of(lie, lie) is None


@given(cuts(HONEST), cuts(HONEST), st.data())
@examples(300)
def test_lies_on_the_wire_are_refused(a, b, data):
    wire = decode(wire_of(a, b))
    where = data.draw(st.sampled_from([3, 4]))
    column = data.draw(st.integers(0, 5))
    value = wire[where][column]
    if isinstance(value, list):
        place = data.draw(st.integers(0, len(value) - 1))
        wire[where][column] = [*value[:place], data.draw(lies(value[place])), *value[place + 1 :]]
    else:
        wire[where][column] = data.draw(lies(value))
    for lied in (wire, [*wire[:3], wire[4], wire[3]]):
        with pytest.raises(Refused):
            read_fork(encode(lied))


def lies(value: object):
    if isinstance(value, int):
        return st.integers(0, MAX_TIME_MS) | st.sampled_from([value - 1, value + 1])
    size = 32 if value is None else len(value)
    return st.binary(min_size=size, max_size=size) | st.none() | st.sampled_from(HONEST.ids)


@given(cuts(LEFT), st.integers(1, 9))
def test_another_feed_with_the_same_numbers_is_no_fork(a, count):
    other = branch("left", count, feed=STRANGER)
    assert fork_of(a, other) is None
    assert fork_of(raw_of(other, feed=FEED.public), a) is None
    assert fork_of(replace(a, feed=STRANGER.public), other) is None


def test_runs_that_share_no_number_prove_nothing():
    assert fork_of(part(LEFT, 4, 5), part(RIGHT, 7, 7)) is None
    assert fork_of(part(RIGHT, 7, 7), part(LEFT, 4, 5)) is None
    assert fork_of(STEM, LEFT) is None


@pytest.mark.parametrize("size", [0, MAX_BODY + 1])
def test_columns_that_no_run_has_prove_nothing(size):
    bad = replace(part(LEFT, 4, 4), bodies=[(size, NAME)])
    assert fork_of(bad, RIGHT) is None
    assert fork_of(RIGHT, bad) is None


# --- the form on the wire ---------------------------------------------------------------


def columns_of(run: RawRun) -> list:
    gone = [
        body if isinstance(body, tuple) else (len(body), body_hash(body)) for body in run.bodies
    ]
    sizes, digests = [size for size, _ in gone], [digest for _, digest in gone]
    return [run.first, run.previous, list(run.times), sizes, digests, list(run.signatures)]


def wire_of(a: RawRun, b: RawRun, feed: bytes = FEED.public) -> bytes:
    return encode([1, "fork", feed, *sorted([columns_of(a), columns_of(b)], key=encode)])


ONE, OTHER = columns_of(part(LEFT, 4, 4)), columns_of(part(RIGHT, 4, 4))


def proof_with(place: int, value: object) -> list:
    fields = [1, "fork", FEED.public, ONE, OTHER]
    return [*fields[:place], value, *fields[place + 1 :]]


def run_with(place: int, value: object) -> list:
    return [1, "fork", FEED.public, ONE, [*OTHER[:place], value, *OTHER[place + 1 :]]]


def test_the_control_of_these_vectors_is_sound():
    assert encode(proof_with(0, 1)) == encode(run_with(0, 4)) == PROOF.wire


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        (None, BadShape),
        ({}, BadShape),
        ([], BadShape),
        (b"12345", BadShape),
        (proof_with(0, 1)[:-1], BadShape),
        ([*proof_with(0, 1), None], BadShape),
        (proof_with(0, 2), UnknownVersion),
        (proof_with(0, True), UnknownVersion),
        (proof_with(0, "1"), UnknownVersion),
        (proof_with(1, "fork "), BadShape),
        (proof_with(1, b"fork"), BadShape),
        (proof_with(2, None), BadShape),
        (proof_with(2, "x" * 32), BadShape),
        (proof_with(2, FEED.public[:-1]), BadShape),
        (proof_with(2, SMALL_ORDER[0]), BadKey),
        (proof_with(2, STRANGER.public), BadSignature),
        (proof_with(3, None), BadShape),
        (proof_with(3, {}), BadShape),
        (proof_with(3, []), BadShape),
        (proof_with(3, ONE[:-1]), BadShape),
        (proof_with(4, [*OTHER, None]), BadShape),
        (proof_with(4, b"123456"), BadShape),
        (proof_with(3, OTHER), NotForked),
        (proof_with(4, ONE), NotForked),
        ([1, "fork", FEED.public, OTHER, ONE], NotCanonical),
        (run_with(0, 5), BadSignature),
        (run_with(0, MAX_SEQ + 1), BadSequence),
        (run_with(0, True), BadSequence),
        (run_with(0, "5"), BadSequence),
        (run_with(1, NAME), BadSignature),
        (run_with(1, b"\xff" * 31), BadShape),
        (run_with(1, "x" * 32), BadShape),
        (run_with(2, None), BadShape),
        (run_with(2, b"\x01"), BadShape),
        (run_with(2, []), BadShape),
        (run_with(2, [AT, AT]), BadShape),
        (run_with(2, ["x"]), BadShape),
        (run_with(2, [-1]), BadShape),
        (run_with(3, None), BadShape),
        (run_with(3, []), BadShape),
        (run_with(3, [7, 7]), BadShape),
        (run_with(3, [0]), BadShape),
        (run_with(3, [True]), BadShape),
        (run_with(3, [MAX_BODY + 1]), TooLarge),
        (run_with(3, [8]), BadSignature),
        (run_with(4, None), BadShape),
        (run_with(4, {}), BadShape),
        (run_with(4, [NAME[:-1]]), BadShape),
        (run_with(4, [NAME]), BadSignature),
        (run_with(5, None), BadShape),
        (run_with(5, b"\x01"), BadShape),
        (run_with(5, []), BadShape),
        (run_with(5, [bytes(63)]), BadShape),
        (run_with(5, [b"\xff" * 64]), BadSignature),
    ],
)
def test_anything_but_a_sound_proof_is_refused(fields, refusal):
    with pytest.raises(refusal):
        read_fork(encode(fields))


def test_the_runs_stand_in_the_order_of_their_bytes_and_nothing_else():
    a, b = (columns_of(part(run, 4, 5)) for run in (LEFT, RIGHT))
    assert read_fork(encode([1, "fork", FEED.public, *sorted([a, b], key=encode)])).seq == 4
    with pytest.raises(NotCanonical):
        read_fork(encode([1, "fork", FEED.public, *sorted([a, b], key=encode)[::-1]]))


def test_a_proof_with_longer_runs_shows_its_lowest_number():
    for first in (4, 5, 6):
        a, b = (part(run, first, 7) for run in (LEFT, RIGHT))
        assert read_fork(wire_of(a, b)).seq == max(first - 1, 4)


def test_times_that_go_back_are_refused():
    a, b = columns_of(part(LEFT, 4, 5)), columns_of(part(RIGHT, 4, 5))
    for columns in (a, b):
        columns[2].reverse()
    with pytest.raises(TimeGoesBack):
        read_fork(encode([1, "fork", FEED.public, *sorted([a, b], key=encode)]))


def test_one_entry_over_the_limit_is_refused():
    for count, refusal in ((MAX_FORK_ENTRIES, None), (MAX_FORK_ENTRIES + 1, TooLarge)):
        a = raw_of(branch("left", count))
        wire = wire_of(a, raw_of(branch("right", 1)))
        assert len(wire) <= MAX_FORK
        if refusal is None:
            assert read_fork(wire).seq == 1
        else:
            with pytest.raises(refusal, match="longer run"):
                read_fork(wire)


def test_a_proof_over_its_limit_is_not_even_decoded():
    for wire in (bytes(MAX_FORK + 1), PROOF.wire.ljust(MAX_FORK + 1, b"\0")):
        with pytest.raises(TooLarge, match="proof over"):
            read_fork(wire)
    with pytest.raises(NotCanonical):
        read_fork(PROOF.wire.ljust(MAX_FORK, b"\0"))


def test_every_flipped_bit_truncation_and_trailing_byte_is_refused():
    for wire in bit_flips(PROOF.wire):
        with pytest.raises(Refused):
            read_fork(wire)
    for length in range(len(PROOF.wire)):
        with pytest.raises(NotCanonical):
            read_fork(PROOF.wire[:length])


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused(data):
    with pytest.raises(Refused):
        read_fork(data)


def test_the_wire_does_not_fill_a_log():
    assert "wire" not in repr(PROOF)


def test_what_was_verified_cannot_be_changed():
    for name in ForkProof.__slots__:
        with pytest.raises(FrozenInstanceError):
            setattr(PROOF, name, None)

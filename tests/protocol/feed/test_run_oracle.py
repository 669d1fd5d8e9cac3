"""The fast check of a run against a slow and obvious one.

The oracle, `run_oracle.py`, says in which one case it refuses more than the fast check.
"""

from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.errors import BadSignature, Refused
from sayso_protocol.feed.run import RawRun, verify_run

from ..strategies import FEED, STRANGER, hashes, integers, raw_of, runs
from .run_oracle import check_slowly


def verdict(check, raw):
    """The ids that a check gives; or nothing where it refuses."""
    try:
        return list(check(raw))
    except Refused:
        return None


def changes(run):
    """A change to one field of a run, most of them wrong."""
    place = st.integers(0, len(run) - 1)
    shorter = st.integers(0, 3)
    odd_bodies = st.binary(max_size=3) | st.tuples(integers, hashes)
    odd_body = odd_bodies | st.tuples(st.integers(0, 70), st.binary(max_size=33))
    column = {
        "times": integers | st.sampled_from(run.times),
        "bodies": odd_body,
        "signatures": st.binary(min_size=63, max_size=65) | st.sampled_from(run.signatures),
    }
    return st.one_of(
        st.just({}),
        st.sampled_from([FEED.public, STRANGER.public, bytes(32), b"short"]).map(one("feed")),
        (integers | st.integers(run.first - 1, run.first + 1)).map(one("first")),
        (st.none() | hashes | st.binary(max_size=33)).map(one("previous")),
        *(
            st.builds(replacing(name, getattr(run, name)), place, value)
            for name, value in column.items()
        ),
        *(st.builds(dropping(name, getattr(run, name)), shorter) for name in column),
        *(st.just({name: getattr(run, name)[::-1]}) for name in column),
    )


def one(name):
    return lambda value: {name: value}


def replacing(name, column):
    return lambda place, value: {name: [*column[:place], value, *column[place + 1 :]]}


def dropping(name, column):
    return lambda count: {name: column[count:]}


@long
@given(runs(most=5), st.data())
@examples(500)
def test_the_fast_check_and_the_slow_one_agree(run, data):
    raw = raw_of(run, **data.draw(changes(run)))
    assert verdict(lambda raw: verify_run(raw).ids, raw) == verdict(check_slowly, raw)


@given(runs())
def test_the_slow_check_takes_what_was_signed(run):
    assert check_slowly(raw_of(run)) == run.ids


@given(runs(), hashes)
def test_the_check_by_tip_agrees_with_the_check_by_signature(run, other):
    def by_tip(tip):
        return verdict(lambda raw: verify_run(raw, tip=tip).ids, raw_of(run))

    assert by_tip(run.tip) == check_slowly(raw_of(run))
    assert by_tip(other) is None


def test_the_oracle_itself_refuses_a_bad_signature():
    raw = RawRun(FEED.public, 1, None, [0], [b"x"], [bytes(64)])
    try:
        check_slowly(raw)
    except BadSignature:
        return
    raise AssertionError("the oracle took a bad signature")

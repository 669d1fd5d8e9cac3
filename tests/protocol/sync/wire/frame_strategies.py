"""Hypothesis strategies for frames: any that can be written, whatever they make of it."""

from __future__ import annotations

from hypothesis import strategies as st

from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import MAX_SEQ
from sayso_protocol.sync.wire.frames import (
    Again,
    Ask,
    Bye,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Offer,
    Prune,
    Resume,
    Say,
    Serve,
    Synced,
    Unwant,
    Want,
)

hashes = st.binary(min_size=32, max_size=32)
blinds = st.lists(st.binary(min_size=8, max_size=8), max_size=9)
days = st.integers(0, 2**32 - 1)
seqs = st.integers(1, MAX_SEQ)
numbers = st.integers(1, 2**32 - 1)
short = st.text(max_size=16)
sixteen = st.binary(min_size=16, max_size=16)
marks = st.builds(Mark, st.integers(0, 2**63 - 1), st.binary(min_size=8, max_size=8))
resumes = st.builds(Resume, sixteen, marks, sixteen, st.booleans())


@st.composite
def held(draw) -> list[tuple[int, int]]:
    ends = sorted(draw(st.sets(st.integers(1, 10**6), max_size=8)))
    return list(zip(ends[::2], ends[1::2], strict=False))


@st.composite
def runs(draw) -> RawRun:
    count = draw(st.integers(1, 6))
    times = sorted(draw(st.lists(st.integers(0, 2**40), min_size=count, max_size=count)))
    absent = st.tuples(st.integers(1, 16384), hashes)
    bodies = st.lists(st.binary(max_size=40) | absent, min_size=count, max_size=count)
    signature = st.binary(min_size=64, max_size=64)
    return RawRun(
        draw(hashes),
        draw(st.integers(1, MAX_SEQ - 6)),
        draw(st.none() | hashes),
        times,
        draw(bodies),
        draw(st.lists(signature, min_size=count, max_size=count)),
    )


asks = st.builds(
    lambda number, feed, pair: Ask(number, feed, min(pair), max(pair)),
    numbers,
    hashes,
    st.tuples(seqs, seqs),
)
frames_of_3: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Hello, days, short, sixteen, st.none() | resumes, st.none() | sixteen),
    st.builds(Serve, st.binary(max_size=300)),
)
"""Those that only the third version of the protocol has."""
frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Hello, days, short, sixteen, st.none() | resumes),
    st.builds(Want, days, blinds, st.booleans(), sixteen),
    st.builds(Unwant, days, blinds, sixteen),
    marks,
    st.just(Again()),
    st.builds(Prune, st.lists(hashes, max_size=4)),
    st.builds(Graft, st.lists(hashes, max_size=4)),
    st.builds(
        Have, st.lists(st.builds(Offer, st.binary(max_size=200), held()), max_size=4), st.booleans()
    ),
    st.builds(Get, st.lists(asks, max_size=4)),
    st.builds(Entries, st.integers(0, 2**32 - 1), runs()),
    st.builds(Miss, st.lists(numbers, max_size=4)),
    st.builds(Heights, st.lists(st.tuples(hashes, seqs), max_size=4)),
    st.lists(st.tuples(hashes, seqs, sixteen), min_size=1, max_size=4).map(
        lambda rows: Heights([(feed, seq) for feed, seq, _ in rows], [c for *_, c in rows])
    ),
    st.just(Synced()),
    st.builds(Bye, short, short),
    st.builds(Say, st.lists(st.binary(max_size=300), max_size=4)),
)

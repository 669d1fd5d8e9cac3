"""The state of a detector: read again it goes on exactly where it was."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.farm import farm, strangers

from sayso_protocol.codec import pack_array, unpack
from sayso_protocol.coordination import detector as detector_module
from sayso_protocol.coordination.detector import Detector
from sayso_protocol.coordination.findings_codec import pack_findings, unpack_findings
from sayso_protocol.coordination.items import Items
from sayso_protocol.coordination.near_duplicates import CopyIndex
from sayso_protocol.coordination.observation import Act, Observation
from sayso_protocol.coordination.pairs import Pairs
from sayso_protocol.errors import BadShape

WORDS = "the quick brown fox jumps over a lazy dog by the river near our town".split()  # noqa: SIM905

OBSERVATIONS = st.builds(
    Observation,
    st.builds(
        Act,
        st.integers(0, 3).map(lambda n: bytes([n]) * 32),
        st.integers(0, 10**6).map(lambda n: n.to_bytes(32, "big")),
        st.integers(0, 10**7),
        st.integers(0, 10**7),
    ),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
    st.just(()),
    st.lists(st.sampled_from([b"1" * 32, b"2" * 32]), max_size=2).map(tuple),
    st.none() | st.integers(0, 10**6),
)


@examples(25)
@given(
    st.lists(OBSERVATIONS, max_size=30, unique_by=lambda seen: seen.act.entry),
    st.lists(OBSERVATIONS, max_size=30),
)
def test_it_goes_on_exactly_where_it_was(
    before: list[Observation], later: list[Observation]
) -> None:
    with pytest.MonkeyPatch.context() as patch:  # so small that things are forgotten, too
        patch.setattr(detector_module, "CopyIndex", lambda: CopyIndex(4))
        patch.setattr(detector_module, "Items", lambda channel: Items(channel, 6))
        patch.setattr(detector_module, "Pairs", lambda: Pairs(8))
        one = Detector()
        for seen in before:
            one.add(seen)
        texts = {seen.act.entry: seen.text for seen in reversed(before)}
        two = Detector.from_state(one.state(), lambda ids: {one: texts[one] for one in ids})
        assert two.state() == one.state()
        for seen in later:
            one.add(seen)
            two.add(seen)
        assert two.state() == one.state()
        assert two.findings() == one.findings()
        assert two.entry_scores() == one.entry_scores()


def filled() -> Detector:
    detector = Detector()
    for post in strangers(20, 4) + farm(8, 6):
        detector.add(post.observation())
    return detector


def test_findings_are_read_as_they_were_packed() -> None:
    found = filled().findings()
    assert found
    assert unpack_findings(pack_findings(found)) == found
    assert unpack_findings(pack_findings([])) == []


@examples(60)
@given(st.data())
def test_what_is_no_state_is_refused(data: st.DataObject) -> None:
    values = unpack(STATE)
    spoilt: list[object] = values
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(spoilt) - 1))
        if not (isinstance(spoilt[at], list) and spoilt[at]):
            break
        spoilt = spoilt[at]
    at = data.draw(st.integers(0, len(spoilt) - 1))
    spoilt[at] = data.draw(st.sampled_from([None, -1, 10**9, "x", b"y", [], [[]]]))
    try:
        Detector.from_state(pack_array(values), no_texts)
    except BadShape:
        pass


STATE = filled().state()


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x90", b"\x97" * 8, STATE[:-1], STATE + b"\0"])
def test_what_is_cut_is_refused(data: bytes) -> None:
    with pytest.raises(BadShape):
        Detector.from_state(data, no_texts)
    with pytest.raises(BadShape):
        unpack_findings(data)


def no_texts(_: Sequence[bytes]) -> dict[bytes, str]:
    return {}


def test_texts_are_not_in_a_state_and_what_is_gone_is_forgotten() -> None:
    one = filled()
    posts = {post.id.encode(): post.text for post in strangers(20, 4) + farm(8, 6)}
    assert not any(text.encode()[:20] in one.state() for text in posts.values() if text)
    some = dict(list(posts.items())[::2])
    two = Detector.from_state(one.state(), lambda ids: {n: some[n] for n in ids if n in some})
    assert two.findings() == one.findings()  # what was seen together stays
    known = [two.copies(text, b"") for text in some.values()]
    assert any(known) and known == [one.copies(text, b"") for text in some.values()]
    assert 0 < len(two._copies) < len(one._copies)

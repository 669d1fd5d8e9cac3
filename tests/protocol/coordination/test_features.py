"""What an entry leaves behind, and who followed whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.coordination.features import plain_link
from sayso_protocol.coordination.observation import Act
from sayso_protocol.limits import TRACED_LINK, WITNESSED_MS

moments = st.integers(0, 4 * WITNESSED_MS)
acts = st.builds(Act, st.just(b"a"), st.just(b"e"), moments, moments)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/a?id=7",
        "http://www.Example.org/a?id=7",
        "https://example.org/a?id=7#part",
        "https://example.org/a?id=7&utm_source=x&utm_medium=y",
        "https://example.org/a?utm_source=x&id=7",
        "https://example.org/a?id=7&fbclid=abc",
        "https://example.org/a?id=7/",
    ],
)
def test_links_that_lead_to_one_place_are_one(link: str) -> None:
    assert plain_link(link) == "example.org/a?id=7"


def test_links_that_lead_elsewhere_are_others() -> None:
    links = ["https://example.org", "https://example.org/A", "https://example.org/a?id=8", ""]
    assert len(set(map(plain_link, links))) == len(links)


@given(st.text())
def test_any_text_is_a_link_of_bounded_length(link: str) -> None:
    assert len(plain_link(link)) <= 3 * TRACED_LINK


@given(acts, acts)
def test_of_two_acts_one_follows_the_other(one: Act, two: Act) -> None:
    assert (one.follows(two) and two.follows(one)) == (one.time_ms == two.time_ms)
    assert one.follows(two) or two.follows(one)


@given(acts, acts)
def test_dates_decide_unless_an_entry_was_here_before_an_earlier_one_came(
    one: Act, two: Act
) -> None:
    if one.time_ms < two.time_ms:
        overtaken = two.witnessed and one.seen_ms > two.seen_ms
        assert two.follows(one) != overtaken

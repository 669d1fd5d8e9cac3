"""Which texts are near-copies."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.farm import words

from sayso_protocol.coordination import near_duplicates
from sayso_protocol.coordination.near_duplicates import BANDS, ROWS, CopyIndex, plain
from sayso_protocol.limits import COPY_CANDIDATES, COPY_LETTERS, COPY_SHARED_PERCENT

TEXT = "Seven grey herons were seen at the old mill pond this morning, says the miller"


@pytest.mark.parametrize(
    "other",
    [
        TEXT.upper(),
        TEXT + " https://example.org/a",
        "@somebody " + TEXT,
        TEXT.replace("morning", "evening"),
        TEXT.replace(",", " -- "),
        "Look: " + TEXT,
        TEXT.replace("S", "\uff33"),
    ],
)
def test_small_changes_leave_a_near_copy(other: str) -> None:
    index = CopyIndex()
    assert index.cluster(TEXT) == index.cluster(other)


def test_other_words_are_another_text() -> None:
    index = CopyIndex()
    assert index.cluster(TEXT) != index.cluster("Nobody has seen a heron at the new mill for years")


@pytest.mark.parametrize(
    "text", ["", "thank you so much", "@a @b https://example.org/x #event", "🥊" * 99]
)
def test_what_everybody_says_is_no_copy(text: str) -> None:
    assert CopyIndex().cluster(text) is None


def test_languages_without_spaces_have_near_copies_too() -> None:
    index = CopyIndex()
    text = "今朝、古い水車小屋の池で七羽の灰色の鷺が見られたと粉屋が言う"
    assert index.cluster(text) == index.cluster(text.replace("今朝", "昨夜")) is not None


def test_a_huge_text_costs_no_more_than_a_page() -> None:
    # One letter that becomes eighteen under NFKC.
    assert len(plain("\ufdfa " * 10**6).decode()) <= COPY_LETTERS


@given(st.lists(st.text("ab c", min_size=30, max_size=80), max_size=30))
def test_what_is_in_one_cluster_shares_enough_with_its_first_text(texts: list[str]) -> None:
    index, first = CopyIndex(), {}
    for text in texts:
        number = index.cluster(text)
        if number is not None:
            mine, theirs = pieces(text), pieces(first.setdefault(number, text))
            assert 100 * len(mine & theirs) >= COPY_SHARED_PERCENT * len(mine | theirs)


def pieces(text: str) -> set[str]:
    words = plain(text).decode()
    return {words[at : at + 4] for at in range(max(1, len(words) - 3))}


def test_texts_that_are_made_to_collide_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    chance, index = random.Random(4), CopyIndex()
    bait = bait_for_first_band(chance)
    texts = [f"{words(chance, 40)} {bait}" for _ in range(200)]
    colliding = [text for text in texts if band_of(text) == band_of(bait)]
    assert len(colliding) > 20, "the bait works"
    assert len({index.cluster(text) for text in colliding}) == len(colliding)
    held = [names for band in index._bands for names in band.values()]
    assert all(len(names) <= COPY_CANDIDATES for names in held)
    monkeypatch.setattr(near_duplicates, "COPY_SHARED_PERCENT", 0)
    trusting = CopyIndex()
    assert len({trusting.cluster(text) for text in colliding}) == 1


def bait_for_first_band(chance: random.Random) -> str:
    """Words with such rare pieces that they decide the first band of any text."""
    from rensa import RMinHash

    best = [(2**32, "")] * ROWS
    for _ in range(20_000):
        piece = "".join(chance.choices("qwxyz0123456789", k=4))
        sketch = RMinHash(num_perm=BANDS * ROWS, seed=near_duplicates.SEED)
        sketch.update([piece])
        best = [min(one, (value, piece)) for one, value in zip(best, sketch.digest(), strict=False)]
    return " ".join(piece for _, piece in best)


def band_of(text: str) -> bytes:
    return bands(text)[0]


def bands(text: str) -> tuple[bytes, ...]:
    return near_duplicates._bands([piece.encode() for piece in pieces(text)])


def test_signatures_are_the_same_for_ever() -> None:
    # A release of the library that hashes otherwise would have two nodes see different copies.
    first, second = (int.from_bytes(band, "big") for band in bands(TEXT)[:2])
    assert (first, 1 << 96 | second) == (
        2265162994893799546587160579,
        81369190432356042626521626042,
    )

"""The pieces of a text, cut fast, against the plain definition."""

from __future__ import annotations

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from sayso_protocol.coordination.pieces import PIECE, pieces_of, plain, shared_percent
from sayso_protocol.limits import COPY_LETTERS, COPY_SHARED_PERCENT
from sayso_protocol.text.fold import bare

TEXTS = st.lists(
    st.sampled_from(["Seven", "GREY_1", "herons", "пруд", "池で七羽の", "ﬁne", "é", "＿", "x" * 90])
    | st.sampled_from([" ", ", ", "\x1c", "\u2028", "\xa0", "'", "-", "#"])
    | st.sampled_from(["https://a.example/b?c=1", "http:/no", "@mira", "＠odo", "a@b", "://"])
    | st.text(max_size=3),
    max_size=60,
).map("".join)


def plain_by_definition(text: str) -> str:
    words = re.sub(r"https?://\S+|[@＠][\w.:-]+", " ", text[: 4 * COPY_LETTERS])
    return " ".join(re.findall(r"\w+", bare(words)))[:COPY_LETTERS]


def runs(words: str) -> list[bytes]:
    return [words[at : at + PIECE].encode() for at in range(len(words) - PIECE + 1)]


@given(TEXTS)
@example("".join(map(chr, range(128))))
@example("a" * 5 * COPY_LETTERS)
@example("é " * 5 * COPY_LETTERS)
def test_words_are_those_of_the_definition(text: str) -> None:
    assert plain(text) == plain_by_definition(text).encode()


@given(TEXTS)
def test_pieces_are_all_runs_of_four_letters(text: str) -> None:
    words = plain(text)
    assume(len(words.decode()) >= PIECE)
    assert sorted(pieces_of(words)) == sorted(runs(words.decode()))


@given(TEXTS, TEXTS, st.integers(0, 120), st.booleans())
def test_what_two_texts_share_is_jaccards_index(one: str, two: str, at: int, alike: bool) -> None:
    mine, theirs = plain(one), plain(two[:at] + one[at:] if alike else two)
    assume(min(len(mine.decode()), len(theirs.decode())) >= PIECE)
    first, second = set(runs(mine.decode())), set(runs(theirs.decode()))
    percent = 100 * len(first & second) // len(first | second)
    found = shared_percent(set(pieces_of(mine)), theirs)
    assert found == percent or (found == 0 and percent < COPY_SHARED_PERCENT)

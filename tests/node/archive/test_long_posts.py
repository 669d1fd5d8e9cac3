"""Posts that are too long for an entry, in parts that fit and lose no word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_node.archive import ArchivedPost
from sayso_node.archive.importer import body_of
from sayso_node.archive.long_posts import cut, in_parts
from sayso_protocol.content.body import Reference, write_body
from sayso_protocol.crypto.keys import KeyPair

KEY = KeyPair.from_seed(bytes(32)).public
REFERENCE = Reference(KEY, KEY, 2**40, bytes(range(32)))

PIECES = st.sampled_from(
    ["word ", "a sentence. ", "line\n", "\n\n", "字", "🎉", "#tag ", "x" * 500]
)
LONG = (
    st.lists(PIECES, min_size=1, max_size=30)
    .map("".join)
    .flatmap(lambda text: st.integers(1, 3000).map(lambda times: (text * times)[:60_000]))
)


@given(LONG, st.lists(st.text(min_size=1, max_size=30), max_size=40), st.text(max_size=100))
def test_every_part_fits_with_all_that_belongs_to_it(text: str, tags: list[str], warn: str) -> None:
    tags = [tag.replace("\0", "") or "t" for tag in tags]
    post = ArchivedPost(
        "jsonl:" + "o" * 400,
        2**40,
        "x" + text + "x",
        "jsonl:" + "r" * 400,
        warn.replace("\0", "") or None,
        "pt-BR",
        tuple(tags),
    )
    parts = list(in_parts([post]))
    for part in parts:
        write_body(body_of(part, REFERENCE, REFERENCE))
    assert "".join("".join(part.text for part in parts).split()) == "".join(post.text.split())
    assert len({part.origin for part in parts}) == len(parts)
    assert parts[0].origin == post.origin
    answered = [post.reply_to, *(part.origin for part in parts)]
    assert [part.reply_to for part in parts] == answered[:-1]


@given(LONG, st.integers(16, 5000))
def test_parts_are_short_enough_and_end_between_words(text: str, room: int) -> None:
    parts = list(cut(text, room))
    assert all(len(part.encode()) <= room for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_it_cuts_between_paragraphs_rather_than_within() -> None:
    text = "\n\n".join("word " * 9 + "end." for _ in range(6))
    assert all(part.endswith("end.") for part in cut(text, 120))
    assert [len(part) for part in cut("x" * 100, 30)] == [30, 30, 30, 10]

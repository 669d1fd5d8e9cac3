"""What must hold of first words of strangers, whatever bytes stand for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.vectors.cases import ACCOUNT, FEED, STRANGER

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Follow, Post, Reference, write_body
from sayso_protocol.feed.run import sign_run
from sayso_protocol.private.contents.first_word import (
    MAX_FIRST_WORD,
    FirstWord,
    FollowsWay,
    InviteWay,
    LabelWay,
    Reason,
    SignedEntry,
    read_first_word,
    write_first_word,
)

from .properties import ACCEPTED, verdict

GRANT = sign_grant(ACCOUNT, FEED, bytes(32))


def first_words() -> Iterator[bytes]:
    """One of each kind, and one that is spoilt."""
    reference = Reference(STRANGER.public, STRANGER.public, 3, bytes(32))
    reply = _entry(Post("a word", reply=reference, root=reference))
    step = _entry(Follow(STRANGER.public))
    yield write_first_word(FirstWord(Reason.REPLY, GRANT, reply, None, "Sam"))
    yield write_first_word(FirstWord(Reason.MESSAGE, GRANT, None, "hello"))
    ways = FollowsWay((STRANGER.public,), (step,)), InviteWay(b"t" * 16), LabelWay(STRANGER.public)
    for way in ways:
        data = write_first_word(FirstWord(Reason.FOLLOW, GRANT, step, None, None, way))
        yield data
        yield data[:-1]


def check_first_word(data: bytes, read: Callable[[bytes], FirstWord] = read_first_word) -> str:
    """What is read is written again as the same bytes, and its entry is of the granted feed."""
    said, word = verdict(read, data)
    if said == ACCEPTED:
        assert len(data) <= MAX_FIRST_WORD, "longer than one may be"
        assert write_first_word(word) == data, "read and written it is another"
        assert (word.entry is None) == (word.reason is Reason.MESSAGE)
        if word.entry is not None:
            assert word.entry.run.feed == word.grant.feed == word.entry.grant.feed
            assert len(word.entry.run) == 1
    return said


def _entry(body: Post | Follow) -> SignedEntry:
    return SignedEntry(GRANT, sign_run(FEED, 3, bytes(32), [1_790_000_000_000], [write_body(body)]))

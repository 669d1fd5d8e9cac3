"""Hypothesis strategies for values, keys, bodies and runs of the protocol."""

from hypothesis import strategies as st

from sayso_protocol.accounts.envelope import DOMAIN as STATEMENT_DOMAIN
from sayso_protocol.accounts.envelope import FEED_DOMAIN
from sayso_protocol.blob.cid import DAG_PB, RAW
from sayso_protocol.codec import encode
from sayso_protocol.content.attachment import MAX_ALT, MAX_ATTACHMENTS, MAX_BLOB, Attachment
from sayso_protocol.content.body import (
    Edit,
    Follow,
    Label,
    Open,
    Poll,
    Post,
    Prekey,
    Profile,
    React,
    Reference,
    Repost,
    Retract,
    Unfollow,
    Unrepost,
    ViewOffer,
    Vote,
)
from sayso_protocol.content.label import MAX_LABEL, MAX_LABELLED_ACCOUNTS, MAX_LABELLED_ENTRIES
from sayso_protocol.content.open import MAX_DEVICE
from sayso_protocol.content.poll import MAX_OPTION, MAX_OPTIONS
from sayso_protocol.content.post import (
    MAX_LANG,
    MAX_MENTIONS,
    MAX_ORIGIN,
    MAX_TAG,
    MAX_TAGS,
    MAX_WARNING,
)
from sayso_protocol.content.prekey import MAX_WEEK
from sayso_protocol.content.profile import MAX_BIO, MAX_NAME
from sayso_protocol.content.reaction import MAX_REACTION
from sayso_protocol.content.retraction import MAX_RETRACTED
from sayso_protocol.content.view import MAX_ABOUT, MAX_EXPRESSION, MAX_VIEW
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, Run, sign_run
from sayso_protocol.limits import MAX_SEQ, MAX_TIME_MS

ACCOUNT, FEED, STRANGER = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3))

pairs = st.sampled_from([ACCOUNT, FEED, STRANGER])
keys = pairs.map(lambda pair: pair.public)
hashes = st.binary(min_size=32, max_size=32)
seqs = st.integers(1, MAX_SEQ)
times = st.integers(0, MAX_TIME_MS)

# Both sides of each border between two msgpack forms of an integer.
_BORDERS = [0, 2**7, 2**8, 2**16, 2**32, 2**63, -(2**5), -(2**7), -(2**15), -(2**31), -(2**63)]
_NEAR = [n + d for n in [*_BORDERS, 2**64] for d in (-1, 0, 1) if -(2**63) <= n + d < 2**64]
integers = st.integers(-(2**63), 2**64 - 1) | st.sampled_from(_NEAR)

# Lengths on both sides of each border between two forms of text and bytes, too.
_lengths = st.sampled_from([0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536])
texts = st.text(max_size=40) | _lengths.map("x".__mul__)
blobs = st.binary(max_size=40) | _lengths.map(b"x".__mul__)
scalars = st.none() | st.booleans() | integers | texts | blobs


def _nested(depth: int) -> st.SearchStrategy:
    if not depth:
        return scalars
    inner = st.deferred(lambda: _nested(depth - 1))
    small = st.dictionaries(st.text(max_size=8), inner, max_size=4)
    return scalars | st.lists(inner, max_size=4) | small


values = _nested(4)
"""Any value of the model, nested a little; the borders of depth are tested by example."""


def text_within(limit: int) -> st.SearchStrategy[str]:
    """Text of at most `limit` bytes of UTF-8, without NUL."""
    plain = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return st.text(plain, max_size=min(limit // 4, 60)) | st.just("x" * limit)


references = st.builds(Reference, keys, keys, seqs, hashes)


def _some(items: st.SearchStrategy, most: int) -> st.SearchStrategy:
    """Mostly a few, and sometimes as many as there may be."""
    few = st.lists(items, max_size=4).map(tuple)
    return few | items.map(lambda item: (item,) * most)


cids = st.builds(bytes.__add__, st.sampled_from([RAW, DAG_PB]), hashes)
attachments = st.builds(
    Attachment,
    cids,
    st.integers(1, MAX_BLOB),
    text_within(100).filter(bool),
    text_within(60) | st.just("x" * MAX_ALT),
)
_attached = st.lists(attachments, max_size=2).map(tuple) | st.just(
    (Attachment(RAW + bytes(32), MAX_BLOB, "a/b"),) * MAX_ATTACHMENTS
)
_said = {
    "text": text_within(2000),
    "mentions": st.lists(keys, max_size=MAX_MENTIONS).map(tuple),
    "tags": st.lists(text_within(MAX_TAG), max_size=MAX_TAGS).map(tuple),
    "lang": st.none() | text_within(MAX_LANG),
    "warn": st.none() | text_within(MAX_WARNING),
}
_answer = {
    "reply": st.none() | references,
    "reply_version": st.none() | hashes,
    "root": st.none() | references,
}
_imported = {
    "written": st.none() | times,
    "origin": st.none() | text_within(MAX_ORIGIN),
    "reply_origin": st.none() | text_within(MAX_ORIGIN),
}
posts = st.builds(
    Post,
    **_said,
    **_answer,
    **_imported,
    quote=st.none() | references,
    quote_version=st.none() | hashes,
    attach=_attached,
)
edits = st.builds(Edit, of=references, after=references, **_said, attach=_attached)
retractions = st.builds(Retract, _some(references, MAX_RETRACTED).filter(bool))
polls = st.builds(
    Poll,
    **_said,
    **_answer,
    **_imported,
    options=st.lists(
        text_within(MAX_OPTION).filter(bool), min_size=2, max_size=MAX_OPTIONS, unique=True
    ).map(tuple),
    end=st.none() | times,
    many=st.booleans(),
)
votes = st.builds(
    Vote,
    references,
    st.sets(st.integers(0, MAX_OPTIONS - 1)).map(sorted).map(tuple),
    st.none() | hashes,
)
profiles = st.builds(
    Profile,
    name=st.none() | text_within(MAX_NAME),
    bio=st.none() | text_within(MAX_BIO),
    picture=st.none() | attachments,
)
reactions = st.builds(
    React, references, st.none() | text_within(MAX_REACTION).filter(bool), st.none() | hashes
)


_labelled = st.tuples(
    _some(references, MAX_LABELLED_ENTRIES), _some(keys, MAX_LABELLED_ACCOUNTS)
).filter(any)
labels = st.builds(
    lambda name, on, off: Label(name, *on, off),
    text_within(MAX_LABEL).filter(bool),
    _labelled,
    st.booleans(),
)
views = st.builds(
    ViewOffer,
    text_within(MAX_VIEW).filter(bool),
    text_within(MAX_EXPRESSION).filter(bool),
    st.none() | text_within(MAX_ABOUT),
)
bodies = (
    posts
    | edits
    | retractions
    | polls
    | votes
    | reactions
    | st.builds(Repost, references, st.none() | hashes)
    | st.builds(Unrepost, references)
    | labels
    | views
    | profiles
    | st.builds(Open, st.binary(max_size=300), st.none() | text_within(MAX_DEVICE))
    | st.builds(Follow, keys)
    | st.builds(Unfollow, keys)
    | st.builds(Prekey, hashes, hashes, st.integers(0, MAX_WEEK))
)


@st.composite
def runs(draw: st.DrawFn, most: int = 12) -> Run:
    """Signed runs, from the first entry of a feed or from further on."""
    count = draw(st.integers(1, most))
    first = draw(st.just(1) | st.integers(1, MAX_SEQ - count + 1))
    previous = None if first == 1 else draw(hashes)
    at = sorted(draw(st.lists(times, min_size=count, max_size=count)))
    body = st.binary(min_size=1, max_size=60) | st.just(b"x" * 16384)
    return sign_run(FEED, first, previous, at, draw(st.lists(body, min_size=count, max_size=count)))


def raw_of(run: Run, **changed: object) -> RawRun:
    """The unproven columns of a run, some of them replaced."""
    columns = {name: getattr(run, name) for name in RawRun.__slots__}
    return RawRun(**(columns | changed))


def statement_wire(
    fields: object,
    *,
    signer: KeyPair = ACCOUNT,
    domain: bytes = STATEMENT_DOMAIN,
    feed: KeyPair | None = None,
    feed_domain: bytes = FEED_DOMAIN,
) -> bytes:
    """A statement of any content, properly signed; by a feed too, as a grant is."""
    statement = encode(fields)
    second = [] if feed is None else [feed.sign(feed_domain, statement)]
    return encode([statement, signer.sign(domain, statement), *second])


def bit_flips(data: bytes) -> list[bytes]:
    """Every copy of the data with one bit turned over."""
    flipped = []
    for bit in range(len(data) * 8):
        copy = bytearray(data)
        copy[bit // 8] ^= 1 << bit % 8
        flipped.append(bytes(copy))
    return flipped

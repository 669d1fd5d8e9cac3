"""What must hold of what stands within a seal, whatever bytes stand for it.

No fuzzer opens a seal, and who sends something hostile seals it himself. So what is changed here is
the content, and it is sealed as its sender would.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from tests.protocol.private.people import source
from tests.vectors.cases import ACCOUNT, FEED, STRANGER
from tests.vectors.subjects import private_letters as vectors
from tests.vectors.subjects.private_session import agreement, keyed, public_of, seal

from sayso_protocol.codec import decode, encode
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.letters.box import pair_key
from sayso_protocol.letters.box_proof import check_box, check_doors, prove_box, prove_doors
from sayso_protocol.letters.letter_frames import (
    Collect,
    Doors,
    Peek,
    decode_letter_frame,
    encode_letter_frame,
)
from sayso_protocol.letters.padding import unpad
from sayso_protocol.private.agreement import Device
from sayso_protocol.private.contents.introduction import (
    read_introduction,
    with_first_word,
    write_introduction,
)
from sayso_protocol.private.envelope import Envelope, read_envelope, write_envelope
from sayso_protocol.private.groups.text_post import TextPost, read_text, write_text
from sayso_protocol.private.private_limits import MAX_SKIP
from sayso_protocol.private.ratchet import Ratchet, _step, _turn_root, shared_secret
from sayso_protocol.private.sealed_knock import OpenedKnock, read_knock

from .properties import ACCEPTED, verdict

CALLER, CALLED = vectors.CALLER, vectors.CALLED
CHALLENGE, CARRIER = b"c" * 32, peer_id_of_key(bytes(32))
_KNOCK_ROOM = 2_048 - 33 - 48 - 16


def envelopes() -> Iterator[bytes]:
    """With and without an id, and spoilt."""
    for one in (Envelope(b"m" * 16, b"a word"), Envelope(None, b""), Envelope(None, bytes(500))):
        yield write_envelope(one)
    yield write_envelope(Envelope(None, b""))[:-1] + b"?"


def check_envelope(data: bytes) -> str:
    """What is read is written again as the same, but for the size of the letter."""
    said, one = verdict(read_envelope, data)
    if said == ACCEPTED:
        again = write_envelope(one)
        assert unpad(again) == unpad(data), "read and written it is another"
    return said


def within_knocks() -> Iterator[bytes]:
    """What is sealed for all devices of a reader."""
    names = [CALLER.account, CALLER.feed, public_of(CALLER.identity)]
    for content in (b"", b"a word", vectors.introduction()):
        yield encode([names, bytes(16), content])
    yield encode([names[:2], bytes(16), b""])
    yield encode([names, bytes(32), b""])


def check_within_knock(data: bytes) -> str:
    """Sealed, and checked by the caller where it has a content: it says what was sealed, or is
    refused."""
    if len(data) > _KNOCK_ROOM - 4:
        return "too long"
    _opened(data)
    match verdict(decode, data)[1]:
        case [names, bytes(), bytes() as content]:
            checked = encode([names, _checks(content), content])
        case _:
            return "no knock"
    unchecked = encode([names, bytes(16), content])
    assert _opened(unchecked) is None, "a check that nobody made"
    opened = _opened(checked)
    if opened is None:
        return "undecryptable"
    assert [opened.account, opened.feed, opened.identity] == names
    assert opened.content == content and opened.identity == public_of(CALLER.identity)
    return ACCEPTED


def _checks(content: bytes) -> bytes:
    _, shared = agreement(CALLER, CALLED, vectors.FIRST)
    return keyed(b"sayso check 1", 16, shared, blake2b(content, digest_size=32).digest())


def _opened(inner: bytes) -> OpenedKnock | None:
    first, week = public_of(vectors.FIRST), public_of(CALLED.week)
    outer = keyed(b"sayso wrap 1", 32, shared_secret(vectors.FIRST, week), first + week)
    head = first + b"\1" + seal(vectors.KEY, first, outer)
    plain = vectors.padded(inner, _KNOCK_ROOM)
    reader = Device(CALLED.account, CALLED.feed, public_of(CALLED.identity), week)
    letter = head + seal(plain, head, vectors.KEY)
    said, opened = verdict(
        lambda letter: read_knock(reader, CALLED.identity, CALLED.week, letter), letter
    )
    assert said in (ACCEPTED, "undecryptable")
    return opened if isinstance(opened, OpenedKnock) else None


THEIRS = b"\x51" * 32
"""A ratchet secret of the sender's."""


def headers() -> Iterator[bytes]:
    """Headers in the chain that is read (a byte 0 before them) and such that turn the ratchet."""
    for turn in (b"\0", b"\1"):
        for before, number in ((0, 0), (4, 1), (0, 7), (4, MAX_SKIP), (2**32 - 1, 2**32 - 1)):
            numbers = before.to_bytes(4, "big") + number.to_bytes(4, "big")
            yield turn + public_of(THEIRS) + numbers


def check_header(data: bytes) -> str:
    """A header of a sender who holds all keys of the session: it costs so many keys at most, and
    what is refused changes nothing."""
    if len(data) != 41:
        return "no header"
    session = Ratchet.unpack(decode(_session()))
    before, chains = session.pack(), session.chains
    is_turn, header, number = data[0] & 1, data[1:], int.from_bytes(data[37:], "big")
    head_key = chains.next_take_header if is_turn else chains.take_header
    chain, at = chains.take_chain, chains.taken
    if is_turn:
        dh = shared_secret(chains.own, public_of(THEIRS))
        _, chain, _ = _turn_root(chains.root, dh)
        at = 0
    assert head_key is not None and chain is not None
    for _ in range(at, min(number, at + 2 * MAX_SKIP)):
        chain, _ = _step(chain)
    nonce = b"n" * 24
    sealed = seal(header, chains.bound, head_key, nonce)
    body = seal(b"a word", chains.bound + sealed, _step(chain)[1], nonce)
    had = len(session.skipped)
    said, content = verdict(
        lambda letter: session.decrypt(letter, 0, source("turned")), nonce + sealed + body
    )
    assert len(session.skipped) <= had + MAX_SKIP, "more keys than one letter may cost"
    if said != ACCEPTED:
        assert session.pack() == before, "a refused letter changed the session"
    else:
        assert content == b"a word"
    return said


@lru_cache(1)
def _session() -> bytes:
    """A session that was answered, with keys that were skipped."""
    draw = source("headers")
    bound, shared = agreement(CALLER, CALLED, vectors.FIRST)
    caller = Ratchet.initiate(shared, public_of(CALLED.week), bound, draw)
    called = Ratchet.respond(shared, CALLED.week, bound)
    letters = [caller.encrypt(b"%d" % number, draw) for number in range(4)]
    called.decrypt(letters[2], 0, draw)
    return encode(called.pack())


def group_texts() -> Iterator[bytes]:
    """Bodies of posts of a group, with all fields and with few."""
    people = ACCOUNT.public, STRANGER.public
    yield write_text(TextPost("a word"))
    yield write_text(TextPost("", b"r" * 16, people, ("tag", "tags"), "en", "food"))
    yield encode({"kind": "post", "text": "a word", "unknown": 7})
    yield encode({"kind": "post", "text": 7})


def check_group_text(data: bytes) -> str:
    """Nothing is raised; what is understood is written again, but for what is not known of it."""
    found = read_text(data)
    if found is None:
        return "not understood"
    again = read_text(write_text(found))
    # Fields that are empty are left out when written.
    assert again is not None and (again.text, again.reply) == (found.text, found.reply)
    assert (again.mentions, again.tags) == (found.mentions, found.tags)
    return ACCEPTED


def further_words() -> Iterator[bytes]:
    """More words of somebody who was not answered."""
    grant, header, signature, body = decode(vectors.introduction())[2:6]
    data = write_introduction(grant, header, signature, body)
    for first in (b"", b"a word"):
        yield with_first_word(data, first, is_call=False)
    yield with_first_word(data, b"a word")
    yield with_first_word(data, b"a word", is_call=False)[:-1]


def check_further_word(data: bytes) -> str:
    """It opens no session, and is of the device that is named."""
    said, one = verdict(read_introduction, data)
    if said == ACCEPTED:
        assert one.is_call == (decode(data)[1] == "introduction")
        assert one.known.device.feed == one.grant.feed == FEED.public
    return said


def proofs() -> Iterator[bytes]:
    """Frames that prove the right to collect, and one that proves nothing."""
    grant = vectors.GRANT
    key = pair_key(bytes(32), 20_000, 1)
    some = Collect((prove_box(key, CHALLENGE, CARRIER),) * 2)
    for frame in (some, prove_doors(FEED, grant, 1, 3, CHALLENGE, CARRIER), Peek((b"b" * 16,))):
        yield encode_letter_frame(frame)[4:]
    yield encode_letter_frame(prove_doors(FEED, grant, 1, 3, bytes(32), CARRIER))[4:]


def check_proof(data: bytes) -> str:
    """Whatever proof a frame has: it holds for this box or account, or is refused."""
    said, frame = verdict(decode_letter_frame, data)
    if isinstance(frame, Doors):
        said, grant = verdict(lambda _: check_doors(frame, CHALLENGE, CARRIER), data)
        assert said != ACCEPTED or grant.feed == FEED.public
    elif isinstance(frame, Collect):
        for proof in frame.proofs:
            said, box = verdict(lambda _, proof=proof: check_box(proof, CHALLENGE, CARRIER), data)
            assert said != ACCEPTED or box == proof.box
    elif said == ACCEPTED:
        return "no proof"
    return said

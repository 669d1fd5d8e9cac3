"""What must hold of frames of letters, and of padding, whatever bytes stand for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.vectors.cases import ACCOUNT, FEED

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.letters.box import pair_key
from sayso_protocol.letters.box_proof import prove_box, prove_doors
from sayso_protocol.letters.letter_frames import (
    Answer,
    Ask,
    CarriedLetter,
    Collect,
    Deliver,
    Erase,
    Filled,
    Hello,
    LetterFrame,
    Letters,
    LetterState,
    Peek,
    States,
    decode_letter_frame,
    encode_letter_frame,
)
from sayso_protocol.letters.padding import pad, unpad

from .properties import ACCEPTED, verdict

BOX, CHALLENGE, CARRIER = b"b" * 16, b"c" * 32, peer_id_of_key(bytes(32))


def letter_frames() -> Iterator[bytes]:
    """One of each kind, without its length, and one that is spoilt."""
    frames: tuple[LetterFrame, ...] = (
        Hello(CHALLENGE, 18, 1 << 30, 64, 256),
        Deliver(1, BOX, 2**40, bytes(512)),
        Deliver(2, BOX, None, bytes(2048)),
        Answer(1, LetterState.PRICE, 18),
        Peek((BOX, BOX)),
        Filled((BOX,)),
        Collect((prove_box(pair_key(bytes(32), 20_000, 1), CHALLENGE, CARRIER),)),
        prove_doors(FEED, sign_grant(ACCOUNT, FEED, bytes(32)), 1, 3, CHALLENGE, CARRIER),
        Letters((CarriedLetter(BOX, 20_000, bytes(512), bytes(4)),), more=True),
        Erase((BOX,)),
        Ask((BOX, BOX)),
        States((LetterState.DELIVERED, LetterState.DISPLACED)),
    )
    for frame in frames:
        yield encode_letter_frame(frame)[4:]
    yield encode_letter_frame(frames[-1])[4:-1] + b"\x08"  # a state that there is not


def check_letter_frame(
    data: bytes, read: Callable[[bytes], LetterFrame] = decode_letter_frame
) -> str:
    """What is read is written and read again as the same."""
    said, frame = verdict(read, data)
    if said == ACCEPTED:
        again = encode_letter_frame(frame)[4:]
        assert read(again) == frame, "read, written and read it is another"
        assert len(again) <= len(data), "the shortest form is not shorter"
    return said


def padded() -> Iterator[bytes]:
    """A short content, a long one, and one that is spoilt."""
    yield pad(b"a word", 96)
    yield pad(bytes(1000), 0)
    yield pad(b"a word", 96)[:-1] + b"x"


def check_padded(data: bytes, read: Callable[[bytes], bytes] = unpad) -> str:
    """What is taken out stood there, with nothing but zeros behind it."""
    said, content = verdict(read, data)
    if said == ACCEPTED:
        padding = bytes(len(data) - 4 - len(content))
        assert len(content).to_bytes(4, "big") + content + padding == data
    return said

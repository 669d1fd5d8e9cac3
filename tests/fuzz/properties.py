"""What must hold of any bytes, one function a decoder.

Each gives the verdict: `ACCEPTED`, or the code of the refusal, which the fuzzer counts. It
raises `AssertionError` where accepted bytes are not written again as they were, and lets
through whatever else a decoder raises: nothing but `Refused` may come out of it. Decoders can
be handed in, so that a test can hand in a broken one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from tests.protocol.feed.run_oracle import check_slowly

from sayso_protocol.accounts.attestation import claim_of, read_attestation
from sayso_protocol.accounts.statement import (
    Grant,
    Revoke,
    Statement,
    claimed,
    read_offer,
    read_statement,
)
from sayso_protocol.codec import decode, encode, pack_array, unpack
from sayso_protocol.content.body import Unknown, read_body, write_body
from sayso_protocol.errors import BadShape, BadSignature, Refused, TooLarge
from sayso_protocol.feed.entry import Header, decode_header
from sayso_protocol.feed.fork import (
    ForkProof,
    _raw_run,
    claimed_feed,
    columns_of,
    fork_of,
    read_fork,
)
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.limits import MAX_BODY
from sayso_protocol.sync.wire.body_column import pack_bodies, unpack_bodies
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import Entries

from .canonical import is_canonical
from .signing import signed_fork, signed_run, signed_statement

ACCEPTED = "accepted"
Check = Callable[[bytes], str]


def verdict(read: Callable[[bytes], Any], data: bytes) -> tuple[str, Any]:
    """What a decoder says of bytes, and what it read."""
    try:
        return ACCEPTED, read(data)
    except Refused as refusal:
        return refusal.code, None


def repeats(data: bytes, read: Callable[[bytes], Any], write: Callable[[Any], bytes]) -> str:
    """The property of them all: refused, or written again to the last bit."""
    said, value = verdict(read, data)
    if said == ACCEPTED:
        assert write(value) == data, f"another encoding was read: {data.hex()}"
    return said


def check_codec(data: bytes, read: Callable[[bytes], Any] = decode) -> str:
    """The canonical encoding, which a reader of other make knows, too."""
    said = repeats(data, read, encode)
    assert (said == ACCEPTED) == is_canonical(data), f"{said} is wrong: {data.hex()}"
    return said


def check_header(data: bytes, read: Callable[[bytes], Header] = decode_header) -> str:
    """What the author of an entry signs."""
    return repeats(data, read, Header.encode)


def check_body(data: bytes, read: Callable[[bytes], Any] = read_body) -> str:
    """Nothing raises; a body that is known is written again, but for fields that are not."""
    body = read(data)
    if isinstance(body, Unknown):
        return "unknown" if body.kind else "malformed"
    if len(data) > MAX_BODY:
        return TooLarge.code
    known = {"kind"} | {spec.name for spec in fields(body)}
    kept = {name: item for name, item in decode(data).items() if name in known}
    assert write_body(body) == encode(kept), f"another body was read: {data.hex()}"
    return ACCEPTED


# --- what is signed -------------------------------------------------------------------


def check_statement(data: bytes, read: Callable[[bytes], Statement] = read_statement) -> str:
    """Grants, revokes and rotations, and the offer of a grant."""
    said = _check_statement(data, read)
    return _check_statement(signed_statement(data), read) if said == BadSignature.code else said


def _check_statement(data: bytes, read: Callable[[bytes], Statement]) -> str:
    said, statement = verdict(read, data)
    claim, named = verdict(claimed, data)
    offered, offer = verdict(read_offer, data)
    assert ACCEPTED not in (said, offered) or claim == ACCEPTED, "refused at a glance only"
    if offered == ACCEPTED:
        assert named == ("grant", offer.account)
        parts = [1, "grant", offer.account, offer.feed, offer.next_key_hash]
        assert encode([encode(parts), *decode(data)[1:]]) == data
    if said != ACCEPTED:
        return said
    kind = type(statement).__name__.lower()
    assert named == (kind, statement.account)
    assert encode([encode([1, kind, *_parts(statement)]), *decode(data)[1:]]) == data
    passed, _ = verdict(read_attestation, data)
    assert (passed == ACCEPTED) == (kind != "grant")
    return said


def _parts(statement: Statement) -> list[Any]:
    if isinstance(statement, Grant):
        return [statement.account, statement.feed, statement.next_key_hash]
    if isinstance(statement, Revoke):
        return [statement.account, statement.feed, statement.seq, statement.id]
    return [statement.account, statement.successor, [list(end) for end in statement.ends]]


def check_fork(data: bytes, read: Callable[[bytes], ForkProof] = read_fork) -> str:
    """Fork proofs: from the two runs in one, the same proof can be made."""
    said = _check_fork(data, read)
    return _check_fork(signed_fork(data), read) if said == BadSignature.code else said


def _check_fork(data: bytes, read: Callable[[bytes], ForkProof]) -> str:
    said, proof = verdict(read, data)
    if said != ACCEPTED:
        return said
    assert claimed_feed(data) == proof.feed == claim_of(data).feed
    runs = [verify_run(_raw_run(proof.feed, columns)) for columns in decode(data)[3:]]
    wire = encode([1, "fork", proof.feed, *(columns_of(_raw(run)) for run in runs)])
    assert wire == data == proof.wire, f"another proof was read: {data.hex()}"
    smallest = fork_of(*runs)
    assert smallest is not None
    assert smallest.seq == proof.seq
    return said


def _raw(run: Run) -> RawRun:
    return RawRun(run.feed, run.first, run.previous, run.times, run.bodies, run.signatures)


def check_run(data: bytes, read: Callable[[RawRun], Run] = verify_run) -> str:
    """The run of an `Entries` frame: the fast check says what the slow one says, whose every
    header goes through `decode_header`."""
    said, frame = verdict(decode_frame, data)
    if not isinstance(frame, Entries):
        return BadShape.code if said == ACCEPTED else said
    said = _check_run(frame.run, read)
    if said != BadSignature.code:
        return said
    said, run = verdict(signed_run, frame.run)
    return _check_run(run, read) if said == ACCEPTED else said


def _check_run(raw: RawRun, read: Callable[[RawRun], Run]) -> str:
    said, run = verdict(read, raw)
    slow, ids = verdict(check_slowly, raw)
    # Signatures before the tip are looked at by the slow check alone.
    assert said == ACCEPTED or slow != ACCEPTED, f"refused as {said}, and sound"
    assert said != ACCEPTED or slow in (ACCEPTED, BadSignature.code), f"taken, and {slow}"
    if slow == ACCEPTED:
        assert run.ids == ids
    return said


# --- what is on the wire --------------------------------------------------------------


def check_frame(data: bytes, read: Callable[[bytes], Any] = decode_frame) -> str:
    """Frames, which may come in any form of msgpack: written again in the shortest one."""
    said, frame = verdict(read, data)
    if said != ACCEPTED:
        return said
    written, again = verdict(encode_frame, frame)
    if written != ACCEPTED:
        # A column that somebody compressed better than is done here may fit no more.
        assert isinstance(frame, Entries), f"{written} was read: {data.hex()}"
        return written
    assert _plain(again[LENGTH_SIZE:]) == _plain(data), f"another frame was read: {data.hex()}"
    assert read(again[LENGTH_SIZE:]) == frame
    return said


def _plain(data: bytes) -> bytes:
    """A frame in the shortest form, with nothing compressed in it."""
    items = unpack(data)
    if items[0] == 5:
        items[6] = unpack_bodies(items[6])
    return pack_array(items)


def check_column(data: bytes, read: Callable[[list[Any]], list[Any]] = unpack_bodies) -> str:
    """Columns of bodies, compressed or not: what is packed again unpacks to the same."""
    said, column = verdict(unpack, data)
    if said != ACCEPTED or type(column) is not list:
        return BadShape.code
    said, bodies = verdict(read, column)
    if said == ACCEPTED and (len(bodies) != 2 or type(bodies[0]) is not int):
        written, packed = verdict(pack_bodies, bodies)
        # Compared as bytes: a number that is none is not even equal to itself.
        assert written != ACCEPTED or pack_array(unpack_bodies(packed)) == pack_array(bodies)
    return said

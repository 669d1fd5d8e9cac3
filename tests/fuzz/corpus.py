"""What each target begins with: the vectors, as the bytes that its decoder is given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.vectors.cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case, data_of
from tests.vectors.make import load

from sayso_protocol.accounts.enrolment import write_answer, write_request
from sayso_protocol.accounts.statement import offer_grant, sign_grant, sign_revoke
from sayso_protocol.codec import encode, pack_array
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, encode_frame
from sayso_protocol.sync.wire.frames import Entries

from .files import bundle_of
from .signing import loosely

LONGEST = 8192
"""Longest input that is written out: what is longer shows little more, and costs its time."""

PROMISE = next_key_hash(NEXT.public)
OFFER = offer_grant(ACCOUNT, FEED.public, PROMISE)

SEALED = bytes.fromhex(
    "0076ea8c6dc16ee5afe1dcead77c594f015d563570d090c6cc904179a9467e0b23b71afb4e2c14d0e829"
    "2b0177b416d77bff719772140fc8a58de7a6c51a122187083c0450d87812aae41bbe54bf1d"
)
"""A sealed file under a key that stands in it, of the text ``sayso``."""


def fields_of(subject: str, *names: str) -> Iterator[bytes]:
    """The bytes that stand under these names in a subject's cases."""
    for case in load(subject):
        for name in names:
            if name in case:
                yield data_of(case[name])


def texts_of(subject: str, name: str) -> Iterator[bytes]:
    """As `fields_of`, where the field is text."""
    for case in load(subject):
        if name in case:
            yield case[name].encode("utf-8", "surrogatepass")


def values() -> Iterator[bytes]:
    """Canonical msgpack and its neighbours."""
    yield from fields_of("msgpack", "bytes")
    yield from (*headers(), *bodies(), *statements(), *forks())


def headers() -> Iterator[bytes]:
    return fields_of("entries", "header")


def bodies() -> Iterator[bytes]:
    yield from fields_of("bodies", "body")
    yield from fields_of("entries", "body")


def statements() -> Iterator[bytes]:
    yield OFFER.wire
    yield from fields_of("statements", "wire", "after")
    for case in load("statements"):
        yield from map(bytes.fromhex, case.get("wires", ()))


def forks() -> Iterator[bytes]:
    return fields_of("forks", "wire")


def frames() -> Iterator[bytes]:
    """Frames without their lengths, those of whole sessions too."""
    yield from fields_of("frames", "frame")
    for case in load("sessions"):
        yield from (bytes.fromhex(sent["frame"])[LENGTH_SIZE:] for sent in case["frames"])


def runs() -> Iterator[bytes]:
    """Runs in the frames that bring them."""
    yield from (frame for frame in frames() if frame[1:2] == b"\x05")
    for case in load("runs"):
        try:
            yield encode_frame(Entries(1, _raw_run(case)))[LENGTH_SIZE:]
        except (Refused, IndexError, TypeError):
            continue  # what no frame can hold never comes from a peer


def columns() -> Iterator[bytes]:
    for frame in runs():
        items = loosely(frame)
        if type(items) is list and len(items) == 8:
            yield pack_array([items[6]])[1:]


def key_texts() -> Iterator[bytes]:
    return texts_of("keys", "text")


def ids() -> Iterator[bytes]:
    return texts_of("entries", "id")


def phrases() -> Iterator[bytes]:
    return texts_of("phrases", "phrase")


def enrolments() -> Iterator[bytes]:
    """Requests and answers as lines, and what stands in them."""
    for device in ("phone", "", "Telefon ü", "x" * 64):
        yield write_request(FEED, device).encode()
        yield write_answer(OFFER, device).encode()
        yield encode([1, "request", FEED.public, device, bytes(64)])
        yield encode([1, "answer", OFFER.wire, device])


def names() -> Iterator[bytes]:
    """What a person types for accounts and entries."""
    yield from (b"@ann", b"@", b"", b"sayso:")
    for pair in (ACCOUNT, FEED, STRANGER, NEXT):
        text = key_text(pair.public)
        for form in (text, text[:8], f"did:key:{text}", f"sayso:{text}?at=x", f"sayso:{text}/"):
            yield form.encode()
    yield from (*key_texts(), *ids())


def bundles() -> Iterator[bytes]:
    """Bundles, and the frames that stand in them."""
    grant = sign_grant(ACCOUNT, FEED, PROMISE).wire
    revoke = sign_revoke(ACCOUNT, FEED.public, 5, bytes(32)).wire
    for frame in [frame for frame in runs() if len(frame) < LONGEST][:40]:
        items = loosely(frame)
        if type(items) is list:
            for said in ([], [[14, [revoke]]]):
                content = [[3, [[grant, [[1, 9]]]], False], *said, items]
                yield pack_array(content)
                yield bundle_of(content)


def records() -> Iterator[bytes]:
    """What stands in backups."""
    own = ["account", ACCOUNT.public, ACCOUNT.seed, PROMISE]
    for wire in [wire for wire in statements() if len(wire) < 600][:40]:
        yield pack_array([own, ["statement", wire]])
    yield pack_array([own, ["follow", STRANGER.public, "ben", AT]])
    yield pack_array([["account", ACCOUNT.public, None, PROMISE]])


def sealed() -> Iterator[bytes]:
    yield SEALED
    yield b"\1" + bytes(16) + (1).to_bytes(8, "big") + (8192).to_bytes(8, "big") + bytes(64)


def write(seeds: Iterable[bytes], folder: Path) -> int:
    """Write inputs into files as libFuzzer names them; gives how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    short = {seed for seed in seeds if len(seed) <= LONGEST}
    for seed in short:
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    return len(short)


def _raw_run(case: Case) -> RawRun:
    previous = case["previous"]
    return RawRun(
        bytes.fromhex(case["feed"]),
        int(case["first"]),
        None if previous is None else bytes.fromhex(previous),
        [int(time) for time in case["times"]],
        [_body(body) for body in case["bodies"]],
        [bytes.fromhex(signature) for signature in case["signatures"]],
    )


def _body(body: Any) -> Any:
    if isinstance(body, list) and not isinstance(body[0], list):
        return int(body[0]), bytes.fromhex(body[1])
    return data_of(body)

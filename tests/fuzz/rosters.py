"""Rosters of front ends, as they travel and as they are kept, and consents as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.vectors.cases import AT, data_of
from tests.vectors.make import load
from tests.vectors.subjects.rosters import ANN, BEN, CID, CONSENT, EVE, OTHER, STORE

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadSignature, NotCanonical, Refused
from sayso_protocol.limits import MAX_FRONT_ENDS, MAX_ROSTER
from sayso_protocol.sync.rosters.roster import (
    DOMAIN,
    Consent,
    Roster,
    consent_text,
    parse_consent,
    read_roster,
    sign_consent,
)
from sayso_protocol.sync.rosters.roster_book import KnownRoster, RosterBook
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import SYNC_3

from .properties import ACCEPTED, verdict

PAIRS = {pair.public: pair for pair in (STORE, OTHER, ANN, BEN, CID, EVE)}


def check_roster(data: bytes, read: Callable[[bytes], Roster] = read_roster) -> str:
    """Refused, or a roster within its bounds that is kept and comes back as it was, and by which no
    node but its own is a front end. What is refused for a signature is signed, and asked again."""
    said = _check_roster(data, read)
    return _check_roster(_signed(data), read) if said == BadSignature.code else said


def _check_roster(data: bytes, read: Callable[[bytes], Roster]) -> str:
    said, roster = verdict(read, data)
    if said != ACCEPTED:
        return said
    assert roster.wire == data and len(data) <= MAX_ROSTER
    assert 1 <= len(roster.nodes) == len(roster.consents) <= MAX_FRONT_ENDS
    known = KnownRoster(roster)
    assert KnownRoster.unpack(known.pack()) == known
    for node in PAIRS:
        book = RosterBook()
        show = partial(book.show, node, epoch=roster.epoch, wall_ms=AT)
        shown, _ = verdict(show, data)
        assert (shown == ACCEPTED) == (node in roster.nodes)
        of = {book.store_of(one, AT) for one in roster.nodes}
        holds = shown == ACCEPTED and roster.holds(AT)
        assert of == ({roster.store} if holds else {None})
        assert all(book.store_of(one, AT) is None for one in PAIRS.keys() - roster.nodes)
    return said


def _signed(data: bytes) -> bytes:
    """The same with sound consents and a sound signature, where the keys are known here."""
    try:
        said, _ = decode(data)  # type: ignore[misc]
        form, store, epoch, version, until, rows = decode(said)  # type: ignore[misc,arg-type]
        rows = [_consented(store, row) for row in rows]  # type: ignore[union-attr]
        said = encode([form, store, epoch, version, until, rows])
        pair = PAIRS.get(store)  # type: ignore[arg-type]
        return encode([said, pair.sign(DOMAIN, said) if pair else bytes(64)])
    except (Refused, ValueError, TypeError) as error:
        raise AssertionError(f"{NotCanonical.code} with a bad signature") from error


def _consented(store: Any, row: Any) -> Any:
    node, time, signature = row
    if node not in PAIRS:
        return row
    signature = PAIRS[node].sign(CONSENT, encode([1, store, node, time]))
    return [node, time, signature]


def check_consent(data: bytes) -> str:
    """Text that somebody pastes: refused, or a consent that is written again to mean the same."""
    text = data.decode("utf-8", "replace")
    read: Callable[[Any], Consent] = partial(parse_consent, store=STORE.public)
    said, consent = verdict(read, text)  # type: ignore[arg-type]
    if said == ACCEPTED:
        written = consent_text(consent, STORE.public)
        assert parse_consent(written, STORE.public) == consent
    return said


def check_frame_3(data: bytes) -> str:
    """A frame of the version that has rosters: refused, or read and written to the same meaning."""
    said, frame = verdict(partial(decode_frame, version=SYNC_3), data)
    if said == ACCEPTED:
        written = encode_frame(frame, SYNC_3)[LENGTH_SIZE:]
        assert decode_frame(written, SYNC_3) == frame
    return said


def frames_of_3() -> Iterator[bytes]:
    """Those of the vectors."""
    yield from (data_of(case["frame"]) for case in load("rosters") if "frame" in case)


def rosters() -> Iterator[bytes]:
    """Those of the vectors, sound and not."""
    for case in load("rosters"):
        if isinstance(case.get("wire"), str):
            yield bytes.fromhex(case["wire"])


def consents() -> Iterator[bytes]:
    """Some that are sound, and what people paste."""
    for node in (ANN, BEN):
        text = consent_text(sign_consent(node, STORE.public, AT), STORE.public)
        yield from (text.encode(), f"  {text}\n".encode(), text[:-3].encode(), text[9:].encode())
    yield consent_text(sign_consent(ANN, OTHER.public, AT), OTHER.public).encode()

"""What a hostile holder of keys would do: sign whatever it says.

A fuzzer finds no signature. So what was refused for its signature alone is signed here, and
asked again: all that comes after the check of a signature is reached.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgpack
from tests.vectors.cases import ACCOUNT, FEED, NEXT, STRANGER

from sayso_protocol.accounts.envelope import DOMAIN as STATEMENT_DOMAIN
from sayso_protocol.accounts.envelope import FEED_DOMAIN
from sayso_protocol.codec import encode, pack_array
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import DOMAIN, encode_header
from sayso_protocol.feed.fork import _raw_run
from sayso_protocol.feed.run import RawRun

PAIRS = {pair.public: pair for pair in (ACCOUNT, FEED, STRANGER, NEXT)}
"""The keys of the vectors, of which all corpora are full."""


def loosely(data: bytes) -> Any:
    """Any msgpack value, or None for what is none."""
    try:
        return msgpack.unpackb(data, strict_map_key=False, timestamp=0)
    except Exception:  # msgpack raises a dozen types
        return None


def signed_run(raw: RawRun) -> RawRun:
    """The run with sound signatures of its feed, if that is one of `PAIRS`. Raises `Refused`
    for fields that cannot be written."""
    pair = PAIRS.get(raw.feed) if isinstance(raw.feed, bytes) else None
    if pair is None or type(raw.first) is not int:
        return raw
    previous, signatures = raw.previous, []
    columns = zip(raw.times, raw.bodies, strict=False)
    for seq, (time_ms, body) in enumerate(columns, raw.first):
        size, digest = (len(body), body_hash(body)) if isinstance(body, bytes) else body
        header = encode_header(raw.feed, seq, previous, time_ms, size, digest)
        signatures.append(pair.sign(DOMAIN, header))
        previous = entry_id(header, signatures[-1])
    return replace(raw, signatures=signatures)


def signed_fork(wire: bytes) -> bytes:
    """A fork proof with both runs signed and in their order, where they can be."""
    fields = loosely(wire)
    if type(fields) is not list or len(fields) != 5:
        return wire
    *head, feed, one, other = fields
    try:
        runs = sorted((_signed_columns(feed, run) for run in (one, other)), key=encode)
        return encode([*head, feed, *runs])
    except Refused:
        return wire


def _signed_columns(feed: Any, columns: Any) -> Any:
    raw = _raw_run(feed, columns)
    return [*columns[:5], list(signed_run(raw).signatures)]


def signed_statement(wire: bytes) -> bytes:
    """A statement or an offer, signed by the keys that it names, where those are in `PAIRS`."""
    outer = loosely(wire)
    if type(outer) is not list or not outer or type(outer[0]) is not bytes:
        return wire
    fields = loosely(outer[0])
    if type(fields) is not list or len(fields) < 4:
        return wire
    first, second = (fields[3], None) if fields[1] == "rotate" else (fields[2], fields[3])
    signers = [(first, STATEMENT_DOMAIN), (second, FEED_DOMAIN)]
    signatures = list(outer[1:])
    for at, (key, domain) in enumerate(signers[: len(signatures)]):
        pair = PAIRS.get(key) if isinstance(key, bytes) else None
        if pair is not None:
            signatures[at] = pair.sign(domain, outer[0])
    return pack_array([outer[0], *signatures])

"""The slow and obvious check of a run.

It writes each header with the general encoder, reads it with `decode_header`, and checks
every signature. It refuses more than the fast check in just one case, which only the holder
of the key can make: see `test_run.py` on an odd signature before the tip.
"""

from __future__ import annotations

from sayso_protocol.codec import encode
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import verify
from sayso_protocol.errors import BadShape, TimeGoesBack
from sayso_protocol.feed.entry import DOMAIN, check_body, decode_header
from sayso_protocol.feed.run import RawRun


def check_slowly(raw: RawRun) -> list[bytes]:
    """Return the ids of a run; raises `Refused`."""
    if not len(raw.times) == len(raw.bodies) == len(raw.signatures) > 0:
        raise BadShape
    previous, before, ids = raw.previous, 0, []
    for offset in range(len(raw.times)):
        body, time_ms = raw.bodies[offset], raw.times[offset]
        size, digest = (len(body), body_hash(body)) if isinstance(body, bytes) else body
        fields = [1, raw.feed, raw.first + offset, previous, time_ms, size, digest]
        data = encode(fields)
        header = decode_header(data)
        if isinstance(body, bytes):
            check_body(header, body)
        if header.time_ms < before:
            raise TimeGoesBack
        verify(header.feed, DOMAIN, data, raw.signatures[offset])
        previous, before = entry_id(data, raw.signatures[offset]), header.time_ms
        ids.append(previous)
    return ids

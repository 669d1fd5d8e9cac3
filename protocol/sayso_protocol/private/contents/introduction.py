"""Introductions: what a knock says. ``[1, "introduction", grant, header, signature, body, first]``.

The grant makes the caller's feed his account's, the entry is that feed's `prekey`, which holds the
identity by which he agreed on the keys; so nobody can call in another's name. `first` is a first
word, or empty where reader and caller know each other.

A ``further word`` has the same fields: whoever called before, and was not answered, says more. Its
agreement opens no session, since those of the call wait for the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...accounts.statement import Grant, read_grant
from ...content.body import read_body
from ...content.prekey import Prekey
from ...crypto.keys import SIGNATURE_SIZE
from ...errors import BadShape, NotGranted, TooLarge
from ...feed.entry import check_body, decode_header
from ...feed.run import RawRun, verify_run
from ...limits import MAX_GRANT
from ..agreement import Device
from ..mailbox_events import KnownDevice
from ..packing import binary, binary_up_to
from ..private_limits import MAX_CALL_CONTENT
from . import content_kind
from .content_fields import read_fields, write_fields

KIND: Final = "introduction"
FURTHER: Final = "further word"
MAX_FIRST: Final = 4_096
_MAX_HEADER: Final = 256
_MAX_BODY: Final = 256


@dataclass(frozen=True, slots=True)
class Introduction:
    """A caller, whose signatures hold: `known` is his device, and the time of its entry."""

    grant: Grant
    known: KnownDevice
    first: bytes
    is_call: bool = True
    """Whether its agreement opens a session."""


def write_introduction(
    grant: bytes, header: bytes, signature: bytes, body: bytes, first: bytes = b""
) -> bytes:
    """The bytes. Raises `Refused` for one that could not be read."""
    data = write_fields(KIND, grant, header, signature, body, first, most=MAX_CALL_CONTENT)
    read_introduction(data)
    return data


def with_first_word(introduction: bytes, first: bytes, *, is_call: bool = True) -> bytes:
    """The same introduction with another first word, or a further word of the same caller. Raises
    `Refused`."""
    *fields, _ = read_fields(introduction, KIND, 5, MAX_CALL_CONTENT)
    return write_fields(KIND if is_call else FURTHER, *fields, first, most=MAX_CALL_CONTENT)


def read_introduction(data: bytes) -> Introduction:
    """Read and verify: two or three signatures. Raises `Refused`."""
    if len(data) > MAX_CALL_CONTENT:
        raise TooLarge("a content longer than it may be")
    is_call = content_kind(data) != FURTHER
    kind = KIND if is_call else FURTHER
    wire, header_bytes, signature, body, first = read_fields(data, kind, 5, MAX_CALL_CONTENT)
    grant = read_grant(binary_up_to(wire, MAX_GRANT))
    header = decode_header(binary_up_to(header_bytes, _MAX_HEADER))
    if header.feed != grant.feed:
        raise NotGranted("an entry of another feed than the granted one")
    content = binary_up_to(body, _MAX_BODY)
    prekey = read_body(check_body(header, content))
    if not isinstance(prekey, Prekey):
        raise BadShape("an entry that is no prekey")
    verify_run(
        RawRun(
            header.feed, header.seq, header.previous, [header.time_ms], [content],
            [binary(signature, SIGNATURE_SIZE)],
        )
    )  # fmt: skip
    device = Device(grant.account, grant.feed, prekey.identity, prekey.key)
    known = KnownDevice(device, header.time_ms)
    return Introduction(grant, known, binary_up_to(first, MAX_FIRST), is_call)

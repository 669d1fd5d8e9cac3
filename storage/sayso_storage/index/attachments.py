"""The attachments that a body names, by their CIDs."""

from __future__ import annotations

from typing import Final

from sayso_protocol.content.attached import attachments_of
from sayso_protocol.content.body import read_body


def cids_of(body: bytes) -> list[bytes]:
    """The binary CIDs of a body's attachments; none where it cannot be read. Never raises."""
    return [one.cid for one in attachments_of(read_body(body))]


KEYS: Final = (b"\xa6attach", b"\xa7picture")
"""The keys of attachments in canonical msgpack; a text may have the same bytes."""


def may_attach(body: bytes | None) -> bool:
    """Whether a body may have attachments, seen at a glance."""
    return body is not None and any(key in body for key in KEYS)

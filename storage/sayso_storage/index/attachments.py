"""The attachments that a body names, by their CIDs."""

from __future__ import annotations

from sayso_protocol.content.attached import attachments_of
from sayso_protocol.content.body import read_body


def cids_of(body: bytes) -> list[bytes]:
    """The binary CIDs of a body's attachments; none where it cannot be read. Never raises."""
    return [one.cid for one in attachments_of(read_body(body))]

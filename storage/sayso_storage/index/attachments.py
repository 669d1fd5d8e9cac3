"""The attachments that a body names, by their CIDs."""

from __future__ import annotations

from sayso_protocol.content.body import Edit, Post, Profile, read_body


def cids_of(body: bytes) -> list[bytes]:
    """The binary CIDs of a body's attachments; none where it cannot be read. Never raises."""
    match read_body(body):
        case Post(attach=attach) | Edit(attach=attach):
            return [one.cid for one in attach]
        case Profile(picture=picture) if picture is not None:
            return [picture.cid]
        case _:
            return []

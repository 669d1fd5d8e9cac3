"""Attached media: the attachments of a body of any kind."""

from __future__ import annotations

from .attachment import Attachment
from .edit import Edit
from .post import Post
from .profile import Profile


def attachments_of(body: object) -> tuple[Attachment, ...]:
    """The attachments of a body as `read_body` gives it, in their order; of a profile its
    picture."""
    match body:
        case Post(attach=attach) | Edit(attach=attach):
            return attach
        case Profile(picture=picture) if picture is not None:
            return (picture,)
        case _:
            return ()

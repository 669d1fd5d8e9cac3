"""Pictures and the like of archived posts: what they are, and what is said of them.

Where the archive holds the file it is attached. Else it stays behind; that there was one, and how
its author described it, is part of what the post says, and stays in its text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sayso_protocol.blob.cid import CID_SIZE, RAW
from sayso_protocol.content.attachment import MAX_BLOB, Attachment
from sayso_protocol.media.media_type import UNKNOWN

from .model import ArchivedMedia, ArchivedPost, Part

MAX_ALTS: Final = 6000
"""Bytes of the descriptions of all attachments of a post: an entry has room for a text beside."""

_UNKNOWN: Final = Attachment(RAW + bytes(CID_SIZE - len(RAW)), MAX_BLOB, UNKNOWN)
"""Stands for any attachment where only the size of a body matters."""

_FRONTS: Final = {
    Part.PICTURE: ("image", "photo"),
    Part.VIDEO: ("video", "animated_gif", "gifv"),
    Part.SOUND: ("audio",),
}


def media_part(kind: object) -> Part:
    """What an attachment is, by its media type, as image/png, or a network's word for it."""
    words = kind.lower() if isinstance(kind, str) else ""
    for part, fronts in _FRONTS.items():
        if words.startswith(fronts):
            return part
    return Part.FILE


def attached(
    media: Sequence[ArchivedMedia], held: Mapping[str, Attachment] | None
) -> tuple[tuple[Attachment, ...], list[tuple[Part, str | None]]]:
    """The attachments of a post, and for lines of its text what is missing of `held`; without that
    nothing is."""
    here, lines = list[Attachment](), list[tuple[Part, str | None]]()
    for one in media:
        blob = _UNKNOWN if held is None else held.get(one.name)
        if blob is None:
            lines.append((one.part, one.alt))
        else:
            here.append(replace(blob, alt=one.alt))
    return tuple(here), lines


def with_fitted_alts(post: ArchivedPost) -> ArchivedPost:
    """The post; of descriptions that are too long for one entry the beginnings stay, and all of
    them go on in its text."""
    if sum(len(one.alt.encode()) for one in post.media) <= MAX_ALTS:
        return post
    most = MAX_ALTS // len(post.media)
    lines = media_lines((one.part, one.alt) for one in post.media)
    short = (one.alt.encode()[:most].decode(errors="ignore") for one in post.media)
    media = (replace(one, alt=alt) for one, alt in zip(post.media, short, strict=True))
    return replace(post, text=f"{post.text}\n\n{lines}".strip(), media=tuple(media))


def media_lines(attached: Iterable[tuple[Part, str | None]]) -> str:
    """A line for each attachment, given with its description: `[picture: a wall]`."""
    lines = []
    for part, description in attached:
        words = " ".join((description or "").split())
        lines.append(f"[{part}: {words}]" if words else f"[{part}]")
    return "\n".join(lines)

"""Pictures and the like of archived posts: what they are, and what is said of them.

sayso has no attachments yet, so the files stay behind. That there was one, and how its author
described it, is part of what the post says, and stays in its text.
"""

from collections.abc import Iterable
from typing import Final

from .model import Part

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


def media_lines(attached: Iterable[tuple[Part, str | None]]) -> str:
    """A line for each attachment, given with its description: `[picture: a wall]`."""
    lines = []
    for part, description in attached:
        words = " ".join((description or "").split())
        lines.append(f"[{part}: {words}]" if words else f"[{part}]")
    return "\n".join(lines)

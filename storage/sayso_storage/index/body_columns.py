"""Bodies as runs carry them, held or not, and the columns that stores keep."""

from __future__ import annotations

from sayso_protocol.feed.run import Body
from sayso_protocol.translation import _

from ..interface.errors import StoreDamaged


def split_body(body: Body) -> tuple[bytes | None, int, bytes | None]:
    """Return the body, its size, and its hash only where the body itself is absent."""
    if isinstance(body, bytes):
        return body, len(body), None
    return None, body[0], body[1]


def join_body(body: bytes | None, size: int | None, digest: bytes | None) -> Body:
    """Undo `split_body`. Raises `StoreDamaged` where neither body nor hash is there."""
    if body is not None:
        return body
    if size is None or digest is None:
        raise StoreDamaged(_("an entry is damaged on the disk: its body and its hash are gone"))
    return size, digest

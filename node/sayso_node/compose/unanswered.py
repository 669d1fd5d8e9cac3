"""A post whose command could not say that it is out, so that who tries again posts it once.

Its words are kept as a hash, beside its id and the time, until the same words are posted again and
that is answered, or other words are; and for `AGAIN_MS` at the most, however often they are posted
meanwhile: who says the same later, as a job does each day, means it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import blake2b
from typing import Final

from sayso_storage.interface.store import Store

from ..accounts.author import Published
from ..errors import HomeError
from ..home.directory import Home
from ..home.secret_file import read_secret, write_secret
from .post import Draft

AGAIN_MS: Final = 15 * 60_000
"""Within which the same words are taken for another try."""


def note_unanswered(home: Home, draft: Draft, made: Published, now_ms: int) -> None:
    """Keep that this was posted, and not said. Where it cannot be kept nothing is."""
    with suppress(HomeError):
        content = {"draft": _digest(draft), "id": made.id.hex(), "at_ms": now_ms}
        write_secret(home.unanswered, json.dumps(content).encode(), replace=True)


def posted_unanswered(home: Home, store: Store, draft: Draft, now_ms: int) -> Published | None:
    """The post that was made of the same draft by the command before, and not said."""
    if not home.unanswered.exists():
        return None
    try:
        content = json.loads(read_secret(home.unanswered))
        same, entry_id = content["draft"] == _digest(draft), bytes.fromhex(content["id"])
        same = same and abs(now_ms - content["at_ms"]) <= AGAIN_MS
    except (HomeError, ValueError, KeyError, TypeError):
        return None
    entry = store.entry(entry_id) if same else None
    if entry is None:
        return None
    return Published(entry.id, entry.account, entry.feed, entry.seq, entry.time_ms)


def forget_unanswered(home: Home) -> None:
    """The answer was given."""
    with suppress(OSError):
        home.unanswered.unlink(missing_ok=True)


def _digest(draft: Draft) -> str:
    return blake2b(repr(draft).encode("utf-8", "surrogatepass")).hexdigest()

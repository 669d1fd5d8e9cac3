"""App memory: what the running node keeps of apps until it ends, all of it bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from .lookup import ResolvedAccounts
from .uploads import Uploads

if TYPE_CHECKING:
    from ....accounts.author import Published

MAX_KEYS: Final = 500


@dataclass(slots=True)
class AppMemory:
    """`posted` has what was published with an idempotency key, by token and key."""

    resolved: ResolvedAccounts = field(default_factory=ResolvedAccounts)
    uploads: Uploads = field(default_factory=lambda: Uploads())
    posted: dict[tuple[str, str], Published] = field(default_factory=dict)
    sent: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    """Private messages in the same way, as they were answered."""

    def note_posted(self, key: tuple[str, str], made: Published) -> None:
        """Keep what was published with a key."""
        while len(self.posted) >= MAX_KEYS:
            self.posted.pop(next(iter(self.posted)))
        self.posted[key] = made

    def note_sent(self, key: tuple[str, str], made: dict[str, object]) -> None:
        """Keep what was sent with a key."""
        while len(self.sent) >= MAX_KEYS:
            self.sent.pop(next(iter(self.sent)))
        self.sent[key] = made

    def forget_sent(self, number: str) -> None:
        """Keep no message that was erased."""
        self.sent = {key: one for key, one in self.sent.items() if one["id"] != number}


def memory_of(request: Request) -> AppMemory:
    """The memory of the server that answers."""
    memory: AppMemory = request.app.state.app_memory
    return memory

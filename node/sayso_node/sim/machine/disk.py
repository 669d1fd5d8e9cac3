"""A store whose power can fail: it knows what was synced to disk and what was not.

As SQLite in WAL mode without a sync at each commit: own entries are synced when they are
written, and with them all that came before; what came since may be lost, the newest first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, Revoke, Rotate
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import Run
from sayso_protocol.sync.resume_state import Interest, Place
from sayso_storage.interface.store import FeedState, StoreError, Taken
from sayso_storage.memory.store import MemoryStore


class Disk(MemoryStore):
    """Keeps a journal of its writes. `epoch` is sixteen random bytes."""

    def __init__(self, epoch: bytes) -> None:
        super().__init__(epoch)
        self._journal: list[tuple[str, tuple[Any, ...]]] = []
        self.synced = 0
        """So many of the writes no power cut can take."""

    def after_power_cut(self, chance: Random) -> Disk:
        """The store as it is found afterwards; any number of unsynced writes survives."""
        kept = chance.randint(self.synced, len(self._journal))
        found = type(self)(self.epoch)
        for method, arguments in self._journal[:kept]:
            getattr(found, method)(*arguments)
        found.synced = kept
        return found

    def sync(self) -> None:
        """Make all writes so far durable."""
        self.synced = len(self._journal)

    def add_own(self, grant: Grant, now_ms: int) -> None:  # noqa: D102
        super().add_own(grant, now_ms)
        self._write("add_own", grant, now_ms)
        self.sync()

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:  # noqa: D102
        new = super().follow(account, petname, now_ms)
        self._write("follow", account, petname, now_ms)
        self.sync()
        return new

    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:  # noqa: D102
        changed = super().set_labellers(wanted, now_ms)
        self._write("set_labellers", wanted, now_ms)
        self.sync()
        return changed

    def add_grant(self, grant: Grant, now_ms: int = 0) -> bool:  # noqa: D102
        new = super().add_grant(grant, now_ms)
        self._write("add_grant", grant)
        return new

    def declare(  # noqa: D102
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        made: list[Revoke | Rotate] = []

        def noted(states: Sequence[FeedState]) -> Revoke | Rotate:
            made.append(make(states))
            return made[-1]

        news = super().declare(account, noted, now_ms)
        self._write("add_statements", made, now_ms)
        self.sync()
        return news

    def add_statements(  # noqa: D102
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        outcomes = super().add_statements(statements, now_ms)
        self._write("add_statements", statements, now_ms)
        return outcomes

    def append(  # noqa: D102
        self,
        runs: Sequence[Run],
        now_ms: int,
        sources: Sequence[str] = (),
        retractions: Sequence[Retraction] = (),
    ) -> list[Taken]:
        taken = super().append(runs, now_ms, sources, retractions)
        self._write("append", runs, now_ms, sources, retractions)
        return taken

    def release_blank(self) -> list[bytes]:  # noqa: D102
        feeds = super().release_blank()
        if feeds:
            self._write("release_blank")
        return feeds

    def save_resume_state(self, peer_id: str, what: Interest | Place, now_ms: int) -> None:  # noqa: D102
        super().save_resume_state(peer_id, what, now_ms)
        self._write("save_resume_state", peer_id, what, now_ms)

    def save_roster(self, store: str, known: bytes, now_ms: int) -> None:  # noqa: D102
        super().save_roster(store, known, now_ms)
        self._write("save_roster", store, known, now_ms)

    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:  # noqa: D102
        run = super().publish(make, now_ms)
        self._write("append", [run], now_ms)
        self.sync()
        return run

    def _write(self, method: str, *arguments: Any) -> None:
        self._journal.append((method, arguments))

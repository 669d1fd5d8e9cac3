"""Retractions of the store in memory: what they name, what shows them, and what is blank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.statement import End
from sayso_protocol.content.body import Reference
from sayso_protocol.feed.absence import AbsenceProof


class BlankState(Enum):
    """Why an entry is blank, or that nothing says so any more."""

    UNPROVEN = 0
    PROVEN = 1
    RELEASED = 2


@dataclass(frozen=True, slots=True)
class _Said:
    """One entry that is taken back, by whom and where; `proof` is None where that is held."""

    of: Reference
    account: bytes
    feed: bytes
    seq: int
    id: bytes
    proof: AbsenceProof | None = None


class RetractionTable:
    """See the module."""

    def __init__(self) -> None:
        self._said: dict[Reference, dict[tuple[bytes, int, bytes], _Said]] = {}
        """By what they name, and where they stand: feed, number and id."""
        self.blank: dict[tuple[bytes, int], tuple[BlankState, bytes | None]] = {}
        """By feed and number: the state, and the id of what an edit changes."""
        self.blobs: dict[bytes, None] = {}
        """The attachments of what was taken back."""
        self.fresh: dict[Reference, None] = {}
        """What was named since `take_fresh`."""

    def note(
        self, account: bytes, entry: tuple[bytes, int, bytes], of: Sequence[Reference]
    ) -> None:
        """A retraction is held: an entry given as feed, number and id."""
        for one in of:
            self._said.setdefault(one, {})[entry] = _Said(one, account, *entry)
            self.fresh[one] = None

    def note_proofs(self, said: Iterable[Retraction]) -> None:
        """Retractions were shown by proofs."""
        for by in said:
            entry = by.feed, by.seq, by.id
            for one in by.of:
                made = _Said(one, by.account, *entry, by.proof)
                self._said.setdefault(one, {}).setdefault(entry, made)
                self.fresh[one] = None

    def take_fresh(self) -> list[Reference]:
        """What was named since the last call."""
        found, self.fresh = self.fresh, {}
        return list(found)

    def named(self) -> list[Reference]:
        """All that retractions name."""
        return list(self._said)

    def by(self, reference: Reference) -> set[bytes]:
        """The keys under which an entry is taken back."""
        return {one.account for one in self._said.get(reference, {}).values()}

    def showing(self, reference: Reference) -> list[_Said]:
        """What takes an entry back, first what is held."""
        found = self._said.get(reference, {}).values()
        return sorted(found, key=lambda one: one.proof is not None)

    def drop_entry(self, feed: bytes, seq: int) -> list[Reference]:
        """The entry is removed; gives what it named."""
        return self._drop(lambda one: (one.feed, one.seq) == (feed, seq) and one.proof is None)

    def drop_beyond(self, feed: bytes, end: End) -> list[Reference]:
        """The feed ends; gives what proofs past the end named."""
        return self._drop(
            lambda one: (
                one.proof is not None
                and one.feed == feed
                and (one.seq > end.seq or (one.seq == end.seq and one.id != end.id))
            )
        )

    def _drop(self, is_gone: Callable[[_Said], bool]) -> list[Reference]:
        changed: list[Reference] = []
        for reference, said in list(self._said.items()):
            left = {key: one for key, one in said.items() if not is_gone(one)}
            if len(left) < len(said):
                changed.append(reference)
                self._said[reference] = left
            if not left:
                del self._said[reference]
        return changed

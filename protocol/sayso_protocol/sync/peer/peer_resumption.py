"""The place where the last session with a peer ended, and where the next may take up."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from ...limits import PLACE_EVERY_MS, PROMPT_PLACES
from ..effects import Effect, SaveResumeState
from ..now import Now
from ..resume_state import NOTHING, Interest, Place, ResumeState
from ..rosters.basis import NOBODY, Basis
from ..wire.frames import Mark, Resume


@dataclass(slots=True)
class PeerResumption:
    """Two directions: the place up to which its store is known here, and the place up to which it
    says that it knows this one."""

    state: ResumeState = NOTHING
    """The state that was kept of it when the session began."""
    epoch: bytes = b""
    """That of its store."""
    again_due: bool = False
    """It was not told what is wanted, and may say that it does not remember it."""
    mark: Mark | None = None
    """The newest `Mark` it gave; not saved until all before it is here."""
    resume: Resume | None = None
    """Where it says that it was, while that is looked up, or while it lists what it wants now."""
    known: Set[bytes] = frozenset()
    """Accounts of which it knows all up to there."""
    node: bytes = b""
    """Its key, which the connection has proven."""
    store: bytes = b""
    """The key of the store of which it is a front end."""
    basis: Basis = NOBODY
    """The front ends that tell what is kept of the store of this side's wants."""
    interest_basis: Basis = NOBODY
    """The front ends that named what the store wants."""
    rosters: int = 0
    """Rosters that it has shown."""
    shown: bytes = b""
    """The store whose rosters they were."""
    is_void: bool = False
    """The session rests on what somebody told who is no front end any more: nothing of it is
    kept."""
    _places: int = 0
    """Places of it that were saved in this session."""
    _saved_ms: int = 0

    def begin(self, resume: Resume, interest: Interest) -> None:
        """It comes back to a place where it wanted this."""
        self.resume, self.known = resume, frozenset(interest.accounts)

    def take_resume(self) -> Resume | None:
        """The place at which it says that it was; from here on that is settled."""
        resume, self.resume = self.resume, None
        return resume

    def take_place(self, token: bytes, now: Now) -> Place | None:
        """The place to come back to with the wants that `token` names, if it is to be saved now.
        Marks that come too fast wait: each that is saved is a write to the disk."""
        if self.mark is None or not self.epoch:
            return None
        if self._places >= PROMPT_PLACES and now.mono_ms - self._saved_ms < PLACE_EVERY_MS:
            return None
        self._places += 1
        self._saved_ms = now.mono_ms
        place, self.mark = Place(self.epoch, self.mark, token, self.basis), None
        return place

    def saving(self, name: str, what: Interest | Place) -> list[Effect]:
        """Keep this until the next session with it, or with another front end of its store."""
        if self.is_void:
            return []
        if isinstance(what, Interest):
            what = replace(what, basis=self.interest_basis)
        return [SaveResumeState(name, what, self.store)]

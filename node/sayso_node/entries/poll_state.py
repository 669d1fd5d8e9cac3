"""A poll as it is shown on a timeline: how it stands, and the owner's own vote."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.content.body import Poll
from sayso_storage.interface.content.polls import Tally
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_accounts
from ..clock import now_ms
from ..errors import NotFound
from ..timestamps import time_text

FEW = 2000
"""Votes that are counted before a poll is shown: some 15 ms."""


@dataclass(frozen=True, slots=True)
class PollState:
    """A poll, its tally as far as it is counted, and the options that the owner chose, from 0."""

    poll: Poll
    tally: Tally
    own: tuple[int, ...]
    ended: bool

    def as_json(self) -> dict[str, object]:
        """The poll for programs; `own` counts from 1, as `sayso vote` does."""
        return {
            "options": list(self.poll.options),
            "end": None if self.poll.end is None else time_text(self.poll.end),
            "ended": self.ended,
            "many": self.poll.many,
            "counts": list(self.tally.counts),
            "votes": self.tally.votes,
            "uncounted": self.tally.uncounted,
            "own": [one + 1 for one in self.own],
        }


def poll_state(store: Store, poll_id: bytes, poll: Poll) -> PollState:
    """How a poll stands that is held. A few votes that came since are counted first: where no node
    runs, nobody else does."""
    tally = store.tally(poll_id)
    if tally is not None and 0 < tally.uncounted <= FEW and store.unwritable is None:
        while tally is not None and tally.uncounted and store.count_votes(poll_id):
            tally = store.tally(poll_id)
    tally = tally or Tally((0,) * len(poll.options), votes=0, held=0)
    return PollState(poll, tally, own_choices(store, poll_id), has_ended(poll))


def own_choices(store: Store, poll_id: bytes) -> tuple[int, ...]:
    """The options that the owner chose, as far as votes are counted."""
    try:
        own = own_accounts(store)
    except NotFound:
        return ()
    return next((one.choices for one in store.ballots(poll_id, own).values()), ())


def has_ended(poll: Poll) -> bool:
    """Whether no vote counts any more that is given now."""
    return poll.end is not None and now_ms() > poll.end

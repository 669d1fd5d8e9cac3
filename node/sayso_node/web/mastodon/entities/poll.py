"""Polls as apps see them."""

from __future__ import annotations

from ....entries.poll_state import PollState
from ....text.sanitize import foreign_line
from ....timestamps import time_text

Entity = dict[str, object]


def poll_entity(number: str, state: PollState) -> Entity:
    """A poll; its id is that of its status. Votes are those that are held here: how near the
    voters are `sayso tally` says."""
    poll, counts = state.poll, state.tally.counts
    return {
        "id": number,
        "expires_at": None if poll.end is None else time_text(poll.end),
        "expired": state.ended,
        "multiple": poll.many,
        "votes_count": sum(counts),
        "voters_count": state.tally.votes,
        "options": [
            {"title": foreign_line(title), "votes_count": count}
            for title, count in zip(poll.options, counts, strict=False)
        ],
        "emojis": [],
        "voted": bool(state.own),
        "own_votes": list(state.own),
    }

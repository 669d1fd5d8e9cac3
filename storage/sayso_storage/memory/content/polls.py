"""Polls in memory, written as their definitions: the oracle of the others."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Iterable

from sayso_protocol.content.body import Poll, read_body

from ...interface.content.polls import Ballot, Polls, Tally, choices_of
from ...interface.content.relations import VOTE, order_of
from ...interface.records import StoredEntry
from ...validation.poll_rules import PollRules
from ..ingest import MemoryIngest

_Vote = tuple[StoredEntry, int]
"""A vote and its choices, bit n for option n."""


class MemoryPolls(Polls):
    """See `Polls`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def count_votes(self, poll_id: bytes | None = None) -> int:
        return 0

    def tally(self, poll_id: bytes) -> Tally | None:
        with self._lock:
            rules = self._rules(poll_id)
            if rules is None:
                return None
            votes = self._votes(poll_id)
            in_time = [one for one in votes if not rules.is_late(one[0].time_ms)]
            limit_ms = rules.belated_after_ms
            chosen = [choices for _, choices in self._last_votes(rules, votes).values()]
            return Tally(
                tuple(sum(one >> n & 1 for one in chosen) for n in range(rules.options)),
                votes=sum(one != 0 for one in chosen),
                held=len(votes),
                late=len(votes) - len(in_time),
                malformed=sum(not rules.is_valid(choices) for _, choices in in_time),
                withdrawn=sum(one == 0 for one in chosen),
                belated=sum(
                    limit_ms is not None and entry.arrived_ms > limit_ms for entry, _ in in_time
                ),
            )

    def ballots(self, poll_id: bytes, accounts: Iterable[bytes]) -> dict[bytes, Ballot]:
        with self._lock:
            rules = self._rules(poll_id)
            if rules is None:
                return {}
            counting = self._last_votes(rules, self._votes(poll_id))
            found = {one: counting.get(self._held.family(one)[0]) for one in accounts}
            return {
                one: Ballot(vote[0].account, choices_of(vote[1]))
                for one, vote in found.items()
                if vote is not None and vote[1]
            }

    def held_accounts(self, accounts: Iterable[bytes]) -> set[bytes]:
        with self._lock:
            return {
                one for one in accounts if any(state.held for state in self._held.of_account(one))
            }

    def _rules(self, poll_id: bytes) -> PollRules | None:
        entry = self._held.entries.by_id(poll_id)
        body = None if entry is None or entry.body is None else read_body(entry.body)
        return PollRules.of(body) if isinstance(body, Poll) else None

    def _votes(self, poll_id: bytes) -> list[_Vote]:
        return [
            (entry, int(relation.value or 0))
            for entry, facts in self._held.entries.with_facts()
            for relation in facts.relations
            if relation.code == VOTE and relation.subject == poll_id
        ]

    def _last_votes(self, rules: PollRules, votes: Iterable[_Vote]) -> dict[bytes, _Vote]:
        """The last valid vote of each account that is in time, by its last key."""
        last: dict[bytes, _Vote] = {}
        for vote in sorted(votes, key=lambda one: order_of(one[0])):
            if not rules.is_late(vote[0].time_ms) and rules.is_valid(vote[1]):
                last[self._held.family(vote[0].account)[0]] = vote
        return last

"""A home whose owner does nothing, and everything in it that is his alone to change.

Looking at it asks the code that `read`, views and rules are made of, as an owner does, and holds
the answers against his `Expectation`.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

from sayso_protocol.filters.rule_engine import Verdict
from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store, TimelineQuery

from ...accounts.names import Names
from ...filters.file import load_rules
from ...filters.judge import Judge
from ...home.directory import FILE_MODE, Home
from ...labels.subscription import reload_labellers
from ...timeline.filtered import filtered_timeline
from ...views.file import own_views
from ...views.ranking import ranked
from .expectations import ALONE, VIEW, Expectation, HeldEntry, RuleTitles

NOW_MS: Final = 1_900_000_000_000
"""The clock of all verdicts: what changes while time goes on is nobody's doing."""

EVERYTHING: Final = 10**6
_CAN_RANK: Final = find_spec("cel_expr_python") is not None
"""There are machines without; their owners have no views."""


class OwnFiles(NamedTuple):
    """Everything that is the owner's alone: equal as long as he does nothing."""

    files: dict[str, tuple[int, bytes]]
    """All in the home but the store: names, modes, contents."""
    subscriptions: Any
    labellers: list[bytes]
    petnames: list[str | None]
    rules: Any
    views: dict[str, View]


class Owner:
    """Writes the files of an expectation into a home, and can tell later whether anything has
    changed. Whom he follows is to be in the store."""

    def __init__(self, home: Home, store: Store, expectation: Expectation) -> None:
        self.home = home
        self.store = store
        self.expectation = expectation
        home.prepare()
        for path, text in (
            (home.filters, expectation.filters()),
            (home.views, expectation.views()),
        ):
            path.write_text(text)
            path.chmod(FILE_MODE)
        reload_labellers(home, store)
        self._own = self._what_is_own()
        self._alone: dict[bytes, tuple[bytes, frozenset[str]]] = {}
        """Of each entry that was held its feed, and which rules applied that look at it alone."""
        self.met: set[str] = set()
        """Kinds of entries that were held, and titles of rules that applied to some."""

    @property
    def seen(self) -> int:
        """Of how many entries it is known what was made of them."""
        return len(self._alone)

    def _what_is_own(self) -> OwnFiles:
        files = {
            one.name: (stat.S_IMODE(one.stat().st_mode), one.read_bytes())
            for one in self.home.path.iterdir()
            if not one.name.startswith("store.sqlite")
        }
        names, expectation = Names(self.store), self.expectation
        accounts = (
            expectation.own,
            expectation.muted,
            expectation.folded,
            expectation.liked,
            expectation.stranger,
        )
        return OwnFiles(
            files,
            self.store.subscriptions(),
            self.store.labellers(),
            [names.of(one).petname for one in accounts],
            load_rules(self.home),
            own_views(self.home) if _CAN_RANK else {},
        )

    def look(self) -> Iterator[str]:
        """Everything that is otherwise than the owner has it."""
        own = self._what_is_own()
        changed = [
            name for name in OwnFiles._fields if getattr(own, name) != getattr(self._own, name)
        ]
        if changed:
            yield from (f"{name}: {getattr(own, name)}" for name in changed)
            return
        held = HeldEntry(self.store.arrived_after(0, EVERYTHING))
        choice = Judge(self.store, own.rules, NOW_MS)
        judged = zip(held.entries, choice.judge(held.entries), strict=True)
        verdicts = {entry.id: _said(verdict) for entry, verdict in judged}
        yield from self._verdicts(held, verdicts)
        yield from self._changes(held, verdicts)
        yield from self._shown(held, choice, own.views.get(VIEW))

    def _verdicts(self, held: HeldEntry, verdicts: dict[bytes, RuleTitles]) -> Iterator[str]:
        """Each is what the owner's words come to."""
        for entry in held.entries:
            wanted = self.expectation.says(entry, held)
            if verdicts[entry.id] != wanted:
                body = held.bodies[entry.id]
                yield f"{entry.id.hex()}, {body}: {verdicts[entry.id]}, not {wanted}"

    def _changes(self, held: HeldEntry, verdicts: dict[bytes, RuleTitles]) -> Iterator[str]:
        """Rules that look at an entry alone say of it what they said before; and what was held
        is held, but for feeds that their own account has ended."""
        for entry_id, (feed, before) in self._alone.items():
            if entry_id not in verdicts:
                state = self.store.feed(feed)
                if state is None or state.end is None:
                    yield f"{entry_id.hex()} is gone"
            elif _alone(verdicts[entry_id]) != before:
                yield f"{entry_id.hex()}: {verdicts[entry_id]}, and before {sorted(before)}"
        for entry in held.entries:
            self._alone[entry.id] = entry.feed, _alone(verdicts[entry.id])
            self.met |= {type(held.bodies[entry.id]).__name__, *filter(None, verdicts[entry.id])}

    def _shown(self, held: HeldEntry, choice: Judge, view: View | None) -> Iterator[str]:
        """The entries that `read` shows, and how the owner's view ranks it."""
        authors = {one.account for one in self.store.subscriptions()}
        wanted = {
            entry.id.hex(): self.expectation.score(entry, held)
            for entry in held.entries
            if held.is_shown(entry)
            and entry.account in authors
            and not self.expectation.hides(self.expectation.says(entry, held))
        }
        query = TimelineQuery(EVERYTHING, since_ms=0)
        shown = {item.id for item in filtered_timeline(self.store, query, choice)}
        if shown != wanted.keys():
            yield f"shown otherwise: {sorted(shown ^ wanted.keys())}"
        elif view is not None:
            for one in ranked(self.store, query, choice, view):
                if one.score != wanted[one.entry.id.hex()]:
                    yield f"ranked otherwise: {one.entry.id.hex()}, {one.score}"


def _said(verdict: Verdict) -> RuleTitles:
    """A verdict as an expectation tells it."""
    rules = verdict.show, verdict.boost, verdict.carry, verdict.allow
    return RuleTitles(*(rule.title if rule else None for rule in rules))


def _alone(what: Iterable[str | None]) -> frozenset[str]:
    """The rules among those that apply that look at nothing but the entry."""
    return ALONE.intersection(filter(None, what))

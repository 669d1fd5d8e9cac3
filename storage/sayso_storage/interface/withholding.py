"""Entries that the owner's rules keep from being passed on, and the role that knows them.

An entry that is *withheld* is held, but goes to nobody. It may be *thinned*: its body is gone and
only what its header says is left, which the chain of its feed needs. Rules are known here by keys
alone; what they say is the caller's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sayso_protocol.ranges import Range

from .records import StoredEntry


class RelayRule(NamedTuple):
    """A rule that withholds entries. `key` is 16 bytes, and another for any rules that may
    decide otherwise; the rest is for people, and as it was when the entry was withheld."""

    key: bytes
    action: str
    title: str
    by: str | None = None
    because: str | None = None


class Decision(NamedTuple):
    """The answer of the rules about an entry: `rule` withholds it, None passes it on."""

    entry: StoredEntry
    rule: RelayRule | None
    thin: bool = False
    """Whether its body goes, if it is here."""


class Withheld(NamedTuple):
    """An entry that is withheld, and the rule that did it."""

    entry: StoredEntry
    rule: RelayRule


class RuleProgress(NamedTuple):
    """The progress of asking the rules in force, of which `rules` is the key: of what came after
    the arrival `since` up to `judged`, of what was there before up to `swept`."""

    rules: bytes
    since: int
    judged: int
    swept: int = 0


class Released(NamedTuple):
    """The changes that other rules made: the feeds of which entries are passed on again or were
    removed, and of these those of which entries were removed."""

    feeds: list[bytes]
    removed: list[bytes]


class Withholding(ABC):
    """See the module."""

    @abstractmethod
    def rule_progress(self) -> RuleProgress | None:
        """The progress of asking the rules; None where none are in force."""

    @abstractmethod
    def change_relay_rules(self, rules: bytes | None, good: Collection[bytes]) -> Released:
        """Other rules are in force from now on, None for none at all: all entries are to be
        looked at anew. Thinned ones that a rule withheld whose key is not among the `good` are
        removed, so that they can be fetched again; what else such a rule withheld stays so until
        a decision says otherwise. Without rules everything is passed on again.

        What is passed on again, here or by a decision, is news for peers that know this store, and
        what was removed is news from peers whose stores were known: all of them are forgotten."""

    @abstractmethod
    def withhold(self, decisions: Sequence[Decision], progress: RuleProgress) -> list[bytes]:
        """Follow decisions, and note how far the rules have been asked, in one transaction.
        Nothing happens where other rules are in force by now, and nothing to entries that are
        gone by now or whose body was gone before. Gives the feeds of which other entries are
        withheld now."""

    @abstractmethod
    def withheld(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, list[Range]]:
        """The numbers of the entries that are not passed on, ascending, by feed; all, or those of
        some feeds. While rules are in force those too that came after them and have not been
        looked at yet. Of own feeds everything is passed on."""

    @abstractmethod
    def withheld_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """The same of a part of a feed."""

    @abstractmethod
    def withheld_entries(self, limit: int, before: int | None = None) -> list[Withheld]:
        """The entries that are withheld, the last to arrive first, those that arrived before a
        place in that order."""

    @abstractmethod
    def withheld_by(self, entry: StoredEntry) -> RelayRule | None:
        """The rule that withholds an entry."""


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Ascending numbers as ranges."""
    return list(_ranges(numbers))


def _ranges(numbers: Iterable[int]) -> Iterator[Range]:
    first = last = 0
    for number in numbers:
        if number != last + 1 or not last:
            if last:
                yield first, last
            first = number
        last = number
    if last:
        yield first, last

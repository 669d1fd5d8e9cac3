"""What is known of one peer while its session lasts."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Final

from ...crypto.hashing import INTEREST_SIZE, blinded
from ...limits import (
    MAX_UNMATCHED,
    PRUNE_EVERY_MS,
    RECHECK_EVERY_MS,
    SAID_BYTES,
    SAID_BYTES_A_SECOND,
    SECOND_SOURCE_MS,
)
from ...token_bucket import TokenBucket
from ..effects import Effect, Send
from ..interest import Days
from ..now import Now
from ..resumption.resume_state import NOTHING, Interest, ResumeState
from ..session import Session
from ..wire.frame_codec import Ask, Graft, Mark, Prune, Resume

_ANY_DAY: Final = 0
"""Under which a want is kept that was given under the name of some other day."""


@dataclass(slots=True)
class Peer:
    """See the module."""

    name: str
    memory: ResumeState = NOTHING
    """What was remembered of it when the session began."""
    session: Session = field(default_factory=Session)
    software: str = ""
    epoch: bytes = b""
    """That of its store."""
    wants: set[bytes] = field(default_factory=set)
    """Accounts that it asked for and that are carried here."""
    told: set[bytes] = field(default_factory=set)
    """Feeds that were offered to it, so that it knows their grants."""
    told_first: int = 0
    """So many of the feeds that are carried here it knows from earlier sessions."""
    listed: bool = False
    """It has answered all that was asked for."""
    judging: int = 0
    """Runs of it that are being verified and stored."""
    resume: Resume | None = None
    """Where it says that it was, while that is looked up, or while it lists what it wants now."""
    knew: Set[bytes] = frozenset()
    """Accounts of which it knows all up to there."""
    lacking: bool = False
    """Something that it offered was refused or did not come: it must be asked anew next time."""
    token: bytes = b""
    """Its own name for all that it wants."""
    interest_changed: bool = False
    """What it wants is not yet remembered."""
    mark: Mark | None = None
    """The newest `Mark` it gave; held back from memory until all before it is here."""
    given: Mark | None = None
    """The newest `Mark` it was given."""
    owed_mark: bool = False
    """It is to be told a `Mark` when the store has been looked through."""
    announced: set[bytes] = field(default_factory=set)
    """Feeds whose new entries it wants announced, not pushed."""
    heights: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    """Announcements that wait for company: heights and their checks."""
    complete: bool = False
    """Nothing of what it offers is lacking here."""
    told_synced: bool = False
    """It was told so, and nothing has come of it since."""
    told_synced_at: int | None = None
    told_synced_times: int = 0
    asks_synced: bool = False
    """It said so of itself, which asks for the same."""
    awaits_synced: bool = False
    """What it says next of itself is an answer, and asks for nothing. Until then it is not asked
    again: one answer to two questions, and the two would answer each other for ever."""
    hurried: bool = False
    """It is to be told soon, so that it answers."""
    synced: bool = False
    """It has said that it lacks nothing of what is offered to it."""
    heard_synced: bool = False
    """It has said so once in this session."""
    marked: int = 0
    """Arrivals here, of this run, that the mark it was given last covers."""
    unmarked_since: int | None = None
    """Since when there are more of them."""
    places: int = 0
    """Places of it that were remembered in this session."""
    remembered_at: int = 0
    again_due: bool = False
    """It was not told what is wanted, and may say that it does not remember it."""
    refusals: int = 0
    received: int = 0
    """Entries taken from it."""
    asked_at: dict[int, int] = field(default_factory=dict)
    """When each open ask was sent, by number; milliseconds of `Now.mono_ms`."""
    guesses: set[int] = field(default_factory=set)
    """Open asks for what it never said that it has."""
    slow: bool = False
    """It let a small ask wait for so long that another peer was asked too."""
    rechecked_at: int | None = None
    """When a push of it was compared with what is held already."""
    pruned_at: dict[bytes, int] = field(default_factory=dict)
    """When it was told last not to push a feed."""
    says: TokenBucket = field(default_factory=lambda: TokenBucket(SAID_BYTES, SAID_BYTES_A_SECOND))
    """Bytes of statements that it may let this side judge."""
    days: Days = field(default_factory=Days)
    """Days for which it names wants."""
    _unmatched: dict[int, bytearray] = field(default_factory=dict)

    @property
    def in_sync(self) -> bool:
        """Neither side lacks anything of what the other has."""
        return self.complete and self.synced

    @property
    def is_quiet(self) -> bool:
        """Nothing waits to be told to it or kept of it."""
        return self.complete and self.told_synced and not self.asks_synced and self.mark is None

    def names_wants(self, token: bytes) -> None:
        """Its list of wants is complete, or has changed, and bears this name now."""
        self.token = token
        self.interest_changed = True

    def recall_interest(self, interest: Interest, resume: Resume) -> None:
        """Take up what it wanted in an earlier session; where that has changed it names all that
        it wants now, and nothing else counts."""
        self.resume, self.knew = resume, frozenset(interest.accounts)
        if resume.changed:
            return
        self.token = interest.token
        self.wants = set(interest.accounts)
        self._unmatched = {day: bytearray(names) for day, names in interest.unmatched.items()}

    @property
    def interest(self) -> Interest:
        """What it wants, as it is to be remembered."""
        unmatched = {day: bytes(names) for day, names in self._unmatched.items()}
        return Interest(self.token, sorted(self.wants), unmatched)

    def remember(self, day: int, blind: bytes) -> None:
        """Keep a blinded name that matches nothing yet; beyond the limit it is forgotten."""
        if sum(map(len, self._unmatched.values())) < MAX_UNMATCHED * INTEREST_SIZE:
            self._unmatched.setdefault(day, bytearray()).extend(blind)

    def forget(self, day: int, blinds: Iterable[bytes]) -> None:
        """It wants these no longer, whatever they are. A name that it gave on another day is not
        recognised, and stays until it lists its wants anew."""
        names, gone = self._unmatched.get(day), set(blinds)
        if names and gone:
            self._unmatched[day] = bytearray().join(n for n in _split(names) if n not in gone)

    def set_aside(self, account: bytes, feeds: Iterable[bytes]) -> None:
        """Know its want for an account no longer, until `match_late` finds it again."""
        if account not in self.wants:
            return
        self.wants.discard(account)
        self.remember(_ANY_DAY, blinded(account, _ANY_DAY))
        self.interest_changed = True
        for feed in feeds:
            self.heights.pop(feed, None)

    def match_late(self, account: bytes) -> bool:
        """Whether the peer had asked for an account that is carried only now; if so it is
        among its wants from here on."""
        for day, names in self._unmatched.items():
            if _has(names, blinded(account, day)):
                self.wants.add(account)
                return True
        return False

    def was_told(self, feed: bytes, place: int) -> bool:
        """Whether it knows the grant of a feed of a wanted account; `place` is how many feeds
        were carried here before."""
        return place < self.told_first or feed in self.told

    def match_all(self, accounts: Set[bytes]) -> list[bytes]:
        """Those of the accounts that it had asked for while they were not carried here; they
        are among its wants from here on."""
        found: list[bytes] = []
        others = sorted(accounts - self.wants) if self._unmatched else []
        for day, names in self._unmatched.items():
            known = set(_split(names))
            found += [account for account in others if blinded(account, day) in known]
        self.wants.update(found)
        return found

    def forget_interest(self) -> None:
        """It is going to name all that it wants anew."""
        self.wants.clear()
        self._unmatched.clear()

    def answered(self, ask: Ask, now: Now) -> None:
        """An own ask is no longer open."""
        at = self.asked_at.pop(ask.number, None)
        self.guesses.discard(ask.number)
        if at is not None and now.mono_ms - at <= SECOND_SOURCE_MS:
            self.slow = False

    def may_recheck(self, now: Now) -> bool:
        """Whether what it pushes may be compared with what is held; counts as done."""
        at = self.rechecked_at
        if at is not None and now.mono_ms - at < RECHECK_EVERY_MS:
            return False
        self.rechecked_at = now.mono_ms
        return True

    def prune(self, feed: bytes, now: Now) -> list[Effect]:
        """Tell it not to push a feed, unless it was told so lately."""
        at = self.pruned_at.get(feed)
        if at is not None and now.mono_ms - at < PRUNE_EVERY_MS:
            return []
        self.pruned_at[feed] = now.mono_ms
        return [Send(self.name, Prune([feed]))]

    def graft(self, feed: bytes) -> Effect:
        """Let it push a feed again."""
        self.pruned_at.pop(feed, None)
        return Send(self.name, Graft([feed]))

    def overdue(self, now: Now, timeout_ms: int) -> list[Ask]:
        """Own asks that have been open for longer than the time-out."""
        if not self.asked_at:
            return []
        return [
            self.session.asked[number]
            for number, at in self.asked_at.items()
            if now.mono_ms - at > timeout_ms
        ]


def _split(names: bytearray) -> list[bytes]:
    data = bytes(names)
    return [data[at : at + INTEREST_SIZE] for at in range(0, len(data), INTEREST_SIZE)]


def _has(names: bytearray, name: bytes) -> bool:
    at = names.find(name)
    while at >= 0 and at % INTEREST_SIZE:
        at = names.find(name, at + 1)
    return at >= 0

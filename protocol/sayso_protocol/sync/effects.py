"""The things that a `Replica` wants done: values, which the node, or a simulator, does in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..accounts.attestation import Attestation, Claim
from ..accounts.statement import Grant
from ..errors import Refused
from ..feed.absence import AbsenceProof
from ..feed.run import RawRun
from .resume_state import Interest, Place
from .rosters.roster_book import KnownRoster
from .wire.frames import Ask, Frame, Mark


@dataclass(frozen=True, slots=True)
class Send:
    """Send a frame to a peer, after everything sent to it before."""

    peer: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Push:
    """Send a live run, unasked, to peers; where one takes it too slowly, its height will do. What
    is `urgent` goes before answers that wait."""

    peers: Sequence[str]
    run: RawRun
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a peer's asks from the store, each with `Entries` or within a `Miss`."""

    peer: str
    asks: Sequence[Ask]


@dataclass(frozen=True, slots=True)
class StoreGrants:
    """Enter verified grants into the store, before anything that is to be stored later."""

    grants: Sequence[Grant]


@dataclass(frozen=True, slots=True)
class StoreStatements:
    """Verify statements and proofs and enter them into the store, after what was to be
    stored before and before what comes later; the outcomes come back through
    `Replica.statements_ingested`.

    `peer` is empty for what was found here, which is verified already.
    """

    peer: str
    statements: Sequence[Attestation | Claim]


@dataclass(frozen=True, slots=True)
class ReloadFeeds:
    """Tell the replica again how these feeds are in the store, through `Replica.hold`; with
    `accounts` also which accounts are carried, and all that the store has of new ones. Then let
    it `settle`."""

    feeds: Sequence[bytes]
    accounts: bool = False


@dataclass(frozen=True, slots=True)
class StoreRun:
    """Verify a run and store it; the outcome comes back through `Replica.run_ingested`.

    `ask` is what the run answers, None where it was pushed. A body may be absent where one of the
    `proofs`, or what the store has, says that its author took it back: what entries say is not
    known here.
    """

    peer: str
    run: RawRun
    ask: Ask | None
    proofs: Sequence[AbsenceProof] = ()


@dataclass(frozen=True, slots=True)
class FindChanges:
    """Look up which feeds got entries after `mark`, which attestations came into force since, and
    whether the entry that came in at `mark.arrival` is the one that it names; the answer goes to
    `Replica.changes_found`, before any further frame of the peer."""

    peer: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class IssueMark:
    """Tell the replica of everything that is in the store by now, through `Replica.hold` and
    `Replica.hold_attestations`, then how far that is, through `Replica.mark_issued`."""


@dataclass(frozen=True, slots=True)
class SaveResumeState:
    """Keep this of a peer until its next session, after everything stored before; of the `store`
    where it is a front end of one."""

    peer: str
    what: Interest | Place
    store: bytes = b""


@dataclass(frozen=True, slots=True)
class SaveRoster:
    """Keep a roster, in place of what was kept of its store before."""

    peer: str
    known: KnownRoster


@dataclass(frozen=True, slots=True)
class Disconnect:
    """End the session with a peer; `error` is its offence, None where it said goodbye."""

    peer: str
    error: Refused | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the owner or a log may want to know; `what` is stable.

    ``refused`` (with `detail` the error's code and text), ``forked``, ``revoked`` (the feed's
    account has ended it), ``moved`` (`detail` is the key of the account that follows another),
    ``own-feed-ahead``,
    ``synced``, ``resumed``, ``left``, ``slow`` (another peer is asked too), ``too-slow`` (an ask
    is given up), ``throttled`` (it has used up its processor time and waits).
    """

    what: str
    peer: str
    feed: bytes | None = None
    detail: str = ""


Effect = (
    Send
    | Push
    | Answer
    | StoreGrants
    | StoreStatements
    | ReloadFeeds
    | StoreRun
    | FindChanges
    | IssueMark
    | SaveResumeState
    | SaveRoster
    | Disconnect
    | Event
)

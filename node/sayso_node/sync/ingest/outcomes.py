"""The outcomes of work that was ingested; each goes back into the replica."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sayso_protocol.accounts.attestation import StatementOutcome
from sayso_protocol.errors import Refused
from sayso_protocol.ranges import Range
from sayso_protocol.sync.effects import Effect, ReloadFeeds, StoreRun, StoreStatements
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica


class RunOutcome(NamedTuple):
    """A run is stored, or refused with `error`."""

    job: StoreRun
    error: Refused | None
    withheld: Sequence[Range] = ()
    """Of its entries those that are not passed on."""
    is_known: bool = False
    """Whether every entry of it was held already."""
    blank: Sequence[Range] = ()
    """Of its entries those whose bodies were taken back."""
    urgent: bool = False
    """Whether it takes others back: whoever has those should hear of it first."""

    @property
    def taken(self) -> int:
        """The number of entries that were taken."""
        return len(self.job.run.times) if self.error is None else 0

    def tell(self, replica: Replica, now: Now) -> list[Effect]:
        """Let the replica go on."""
        return replica.run_ingested(
            self.job,
            self.error,
            now,
            self.withheld,
            is_known=self.is_known,
            blank=self.blank,
            urgent=self.urgent,
        )


class StatementsOutcome(NamedTuple):
    """Each statement of a job is in force, or is not."""

    job: StoreStatements
    outcomes: Sequence[StatementOutcome]

    @property
    def taken(self) -> int:
        """The number of entries that were taken."""
        return 0

    def tell(self, replica: Replica, now: Now) -> list[Effect]:
        """Let the replica go on."""
        return replica.statements_ingested(self.job, self.outcomes, now)


class FeedsChanged(NamedTuple):
    """Of these feeds entries were removed that contradict what was stored, or others are passed
    on now."""

    feeds: Sequence[bytes]

    @property
    def taken(self) -> int:
        """The number of entries that were taken."""
        return 0

    def tell(self, replica: Replica, now: Now) -> list[Effect]:
        """Let the replica go on."""
        return [ReloadFeeds(self.feeds)]


Outcome = RunOutcome | StatementsOutcome | FeedsChanged

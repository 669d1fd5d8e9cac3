"""The statements and fork proofs of the store in memory: one list, in order of arrival."""

from __future__ import annotations

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Revoke, Rotate, read_statement
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof, read_fork

from ...validation.statement_rules import Successors


class StatementTable:
    """Statements that are kept, with the newest arrival of an entry when it came."""

    def __init__(self) -> None:
        self._kept: list[tuple[Attestation, int]] = []

    def keep(self, statement: Attestation, arrival: int) -> None:
        """Keep a statement, in place of what it takes the place of."""
        self._kept = [
            (old, came) for old, came in self._kept if not _takes_the_place_of(statement, old)
        ]
        self._kept.append((statement, arrival))

    def drop(self, lost: Rotate, arrival: int) -> None:
        """Keep a rotation no more; the revokes of its account count from now on."""
        self._kept = [
            (old, arrival if isinstance(old, Revoke) and old.account == lost.account else came)
            for old, came in self._kept
            if old != lost
        ]

    def rotation(self, account: bytes) -> Rotate | None:
        """The rotation of an account."""
        found = (one for one in self.everything() if isinstance(one, Rotate))
        return next((one for one in found if one.account == account), None)

    def revokes(self, account: bytes) -> list[Revoke]:
        """The revokes by an account, whether they count or not."""
        found = (one for one in self.everything() if isinstance(one, Revoke))
        return [one for one in found if one.account == account]

    def successors(self) -> Successors:
        """All rotations."""
        found = (one for one in self.everything() if isinstance(one, Rotate))
        return {one.account: one.successor for one in found}

    def since(self, arrival: int) -> list[Attestation]:
        """The statements that count and came when the newest arrival was this one or a later
        one."""
        return [one for one, came in self._kept if came >= arrival and self._counts(one)]

    def counting(self) -> list[Attestation]:
        """All that counts."""
        return [one for one in self.everything() if self._counts(one)]

    def _counts(self, statement: Attestation) -> bool:
        return not isinstance(statement, Revoke) or self.rotation(statement.account) is None

    def everything(self) -> list[Attestation]:
        """All that is kept."""
        return [one for one, _ in self._kept]

    def errors(self) -> list[str]:
        """One line for each statement that is not what its wire says."""
        return [f"a statement: {error}" for one in self.everything() for error in _errors(one)]


def _takes_the_place_of(new: Attestation, old: Attestation) -> bool:
    if isinstance(new, Rotate):
        return isinstance(old, Rotate) and old.account == new.account
    if isinstance(new, Revoke):
        return isinstance(old, Revoke) and (old.account, old.feed) == (new.account, new.feed)
    return False


def _errors(statement: Attestation) -> list[str]:
    try:
        read = (
            read_fork(statement.wire)
            if isinstance(statement, ForkProof)
            else read_statement(statement.wire)
        )
    except Refused as error:
        return [str(error)]
    return [] if read == statement else ["its wire says something else"]

"""The tables that the rules for statements ask: `statement_rules.StatementTables`.

Statements are verified again whenever they are read. One that has rotted on the disk is as
good as none: it comes again from a peer and takes the row's place. `check` reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Revoke, Rotate, read_statement
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof, read_fork
from sayso_protocol.translation import _

from ...interface.errors import StoreDamaged
from ...validation.statement_rules import Successors
from ..server.connection import Connection
from .accounts.successors import CARRIED, successors

_OF_ACCOUNT = """
    SELECT s.kind, s.wire FROM statements s JOIN accounts a ON a.number = s.account
    WHERE a.key = %s {} ORDER BY s.number"""

_COUNTS = """
    NOT (s.kind = 'revoke' AND EXISTS (SELECT 1 FROM statements r
        WHERE r.kind = 'rotate' AND r.account = s.account))"""

_FEEDS = """
    SELECT f.key, f.next_key_hash FROM feeds f JOIN accounts a ON a.number = f.account
    WHERE a.key = %s ORDER BY f.number"""


class PostgresStatementTables:
    """Reads inside the caller's transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def carries(self, account: bytes) -> bool:
        """See `Book`."""
        return carries(self._db, account)

    def promise(self, account: bytes) -> bytes | None:
        """See `Book`."""
        row = self._db.run(f"{_FEEDS} LIMIT 1", (account,)).fetchone()
        return None if row is None else row[1]

    def invited(self, account: bytes) -> bytes | None:
        """See `Book`."""
        from .network import invite_rows

        return invite_rows.promise(self._db, account)

    def feeds(self, account: bytes) -> list[bytes]:
        """See `Book`."""
        return [key for key, _ in self._db.run(_FEEDS, (account,))]

    def rotation(self, account: bytes) -> Rotate | None:
        """See `Book`."""
        return next((one for one in self._of(account, "rotate") if isinstance(one, Rotate)), None)

    def revokes(self, account: bytes) -> list[Revoke]:
        """See `Book`."""
        return [one for one in self._of(account, "revoke") if isinstance(one, Revoke)]

    def successors(self) -> Successors:
        """See `Book`."""
        return successors(self._db)

    def _of(self, account: bytes, kind: str) -> list[Attestation]:
        rows = self._db.run(_OF_ACCOUNT.format(""), (account,)).fetchall()
        return list(_sound(row for row in rows if row[0] == kind))


def carries(db: Connection, account: bytes) -> bool:
    """Whether an account is one of `Store.carried_accounts`."""
    query = f"SELECT 1 FROM accounts a WHERE a.key = %s AND {CARRIED}"  # noqa: S608 - fixed text
    return db.run(query, (account,)).fetchone() is not None


def statements_of(db: Connection, account: bytes) -> list[Attestation]:
    """See `Store.statements_of`."""
    return list(_sound(db.run(_OF_ACCOUNT.format(f"AND {_COUNTS}"), (account,))))


def statements_since(db: Connection, arrival: int) -> list[Attestation]:
    """See `Store.statements_since`."""
    query = f"""
        SELECT s.kind, s.wire FROM statements s
        WHERE s.arrival >= %s AND {_COUNTS} ORDER BY s.number"""  # noqa: S608 - fixed text
    return list(_sound(db.run(query, (arrival,))))


def _sound(rows: Iterable[tuple[str, bytes]]) -> Iterator[Attestation]:
    for kind, wire in rows:
        with suppress(StoreDamaged):
            yield read(kind, wire)


def read(kind: str, wire: bytes) -> Attestation:
    """Verify a stored statement again. Raises `StoreDamaged` where it is not sound any more."""
    try:
        statement = read_fork(wire) if kind == "fork" else read_statement(wire)
    except Refused as error:
        raise StoreDamaged(
            _("a stored statement is damaged: {error}").format(error=error)
        ) from error
    if kind_of(statement) != kind:
        raise StoreDamaged(_("a stored statement is damaged: it is of another type"))
    assert isinstance(statement, Revoke | Rotate | ForkProof)
    return statement


def kind_of(statement: object) -> str:
    """The value of the column `kind` for it."""
    return {Revoke: "revoke", Rotate: "rotate", ForkProof: "fork"}.get(type(statement), "")

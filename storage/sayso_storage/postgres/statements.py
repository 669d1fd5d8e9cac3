"""Statements in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Callable, Sequence

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Revoke, Rotate
from sayso_protocol.errors import Refused

from ..interface.errors import StoreError
from ..interface.records import FeedState
from ..interface.statements import KeyChange, Statements
from ..validation.statement_rules import raised
from .server.database import Database
from .tables import feed_rows, statement_tables


class PostgresStatements(Statements):
    """See `Statements`."""

    _database: Database

    def add_statements(
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        from .ingest.statement_ingest import take

        with self._database.writing(background=True) as db:
            return [take(db, statement, now_ms) for statement in statements]

    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        from .ingest.statement_ingest import take

        with self._database.writing() as db:
            statement = make([row.state for row in feed_rows.of_account(db, account)])
            return raised(take(db, statement, now_ms, told=False))

    def statements_of(self, account: bytes) -> list[Attestation]:
        with self._database.reading() as db:
            return statement_tables.statements_of(db, account)

    def statements_since(self, arrival: int) -> list[Attestation]:
        with self._database.reading() as db:
            return statement_tables.statements_since(db, arrival)

    def key_changes(self, limit: int = 50, since_ms: int | None = None) -> list[KeyChange]:
        from .tables.accounts import key_change_rows

        with self._database.reading() as db:
            return key_change_rows.newest(db, limit, since_ms)

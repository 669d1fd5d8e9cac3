"""Withholding in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sayso_protocol.ranges import Range

from ..interface.records import StoredEntry
from ..interface.withholding import (
    Decision,
    RelayRule,
    Released,
    RuleProgress,
    Withheld,
    Withholding,
)
from .server.database import Database
from .tables import log_rows


class PostgresWithholding(Withholding):
    """See `Withholding`."""

    _database: Database

    def rule_progress(self) -> RuleProgress | None:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.rule_progress(db)

    def change_relay_rules(self, rules: bytes | None, good: Collection[bytes]) -> Released:
        from .ingest.decisions import change_rules

        with self._database.writing(background=True) as db:
            return change_rules(db, rules, good, log_rows.last_arrival(db))

    def withhold(self, decisions: Sequence[Decision], progress: RuleProgress) -> list[bytes]:
        from .ingest.decisions import follow

        with self._database.writing(background=True) as db:
            return follow(db, decisions, progress)

    def withheld(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, list[Range]]:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.withheld(db, feeds)

    def withheld_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.withheld_within(db, feed, first, last)

    def withheld_entries(self, limit: int, before: int | None = None) -> list[Withheld]:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.withheld_entries(db, limit, before)

    def withheld_by(self, entry: StoredEntry) -> RelayRule | None:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.withheld_by(db, entry)

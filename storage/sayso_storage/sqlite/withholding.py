"""The part of the SQLite store that knows what is kept back, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sayso_protocol.ranges import Range

from ..interface.records import StoredEntry
from ..interface.withholding import CarryRule, Decision, Judged, Released, Withheld, Withholding
from .file.database import Database
from .queries import lookup


class SqliteWithholding(Withholding):
    """See `Withholding`."""

    _database: Database

    def asked(self) -> Judged | None:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.asked(db)

    def change_carry_rules(self, rules: bytes | None, good: Collection[bytes]) -> Released:
        from .tables import withheld_rows

        with self._database.writing(durable=False) as db:
            return withheld_rows.change_rules(db, rules, good, lookup.last_arrival(db))

    def keep_back(self, decisions: Sequence[Decision], asked: Judged) -> list[bytes]:
        from .tables import withheld_rows

        with self._database.writing(durable=False) as db:
            return withheld_rows.keep_back(db, decisions, asked)

    def withheld(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, list[Range]]:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.withheld(db, feeds)

    def kept_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.kept_within(db, feed, first, last)

    def kept_entries(self, limit: int, before: int | None = None) -> list[Withheld]:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.kept_entries(db, limit, before)

    def kept_by(self, entry: StoredEntry) -> CarryRule | None:
        from .tables import withheld_rows

        with self._database.reading() as db:
            return withheld_rows.kept_by(db, entry)

"""Labels in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...interface.content.labels import Labelled, LabelPlace, Labels
from ..server.database import Database


class PostgresLabels(Labels):
    """See `Labels`."""

    _database: Database

    def labels_on(
        self, subjects: Iterable[bytes], labellers: Sequence[bytes], *, on_account: bool = False
    ) -> dict[bytes, list[Labelled]]:
        from ..tables.content import label_rows

        with self._database.reading() as db:
            return label_rows.labels_on(db, subjects, labellers, on_account)

    def followed_labellers(
        self, accounts: Iterable[bytes], name: str, limit: int
    ) -> dict[bytes, list[bytes]]:
        from ..tables.content import account_labellers

        with self._database.reading() as db:
            return account_labellers.followed_labellers(db, accounts, name, limit)

    def labels_by(
        self,
        labeller: bytes,
        *,
        after: LabelPlace | None = None,
        until_ms: int | None = None,
        limit: int = 1000,
    ) -> list[Labelled]:
        from ..tables.content import label_rows

        with self._database.reading() as db:
            return label_rows.labels_by(db, labeller, after, until_ms, limit)

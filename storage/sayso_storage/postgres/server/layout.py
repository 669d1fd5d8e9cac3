"""The layout of a store: schema/NNNN_name.sql in order, each all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso_protocol.translation import _

from ...interface.errors import StoreDamaged, StoreTooNew
from .connection import Connection

VERSION: Final = 1
"""Number of the newest file in schema/; a test keeps the two together."""

SCHEMA: Final = Path(__file__).parents[1] / "schema"

_COUNT_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
_IS_LAID_OUT = "SELECT to_regclass('layout') IS NOT NULL"


def migrate(db: Connection, name: str) -> None:
    """Apply what is missing, inside the caller's transaction, which holds the store's lock. Raises
    `StoreTooNew`, or `StoreDamaged` for a schema that holds something else."""
    for number in range(version_of(db, name) + 1, VERSION + 1):
        (file,) = SCHEMA.glob(f"{number:04}_*.sql")
        db.execute(file.read_bytes())
        db.run(
            "INSERT INTO layout (one, version) VALUES (1, %s)"
            " ON CONFLICT (one) DO UPDATE SET version = excluded.version",
            (number,),
        )


def version_of(db: Connection, name: str) -> int:
    """The layout's number, 0 for an empty schema; raises as `migrate`."""
    (is_laid_out,) = db.rows(_IS_LAID_OUT)[0]
    if not is_laid_out:
        if db.rows(_COUNT_TABLES)[0][0]:
            raise StoreDamaged(
                _("{name} has tables, and is not a sayso store: name another schema").format(
                    name=name
                )
            )
        return 0
    ((version,),) = db.rows("SELECT version FROM layout")
    if version > VERSION:
        raise StoreTooNew(
            _(
                "{path} was written by a later sayso (layout {version}, this one knows "
                "{known}): install the newer sayso again; nothing was changed"
            ).format(path=name, version=version, known=VERSION)
        )
    return int(version)

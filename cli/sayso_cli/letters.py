"""The letters of a home, opened by a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .context import PASSPHRASE_FILE, Context, has_locked_keys

if TYPE_CHECKING:
    from sayso_storage.interface.sealed_records import SealedRecords


@contextmanager
def opened_letters(
    context: Context, *, ask: bool = True, make: bool = False
) -> Iterator[SealedRecords | None]:
    """The sealed records; None where the home has none yet, unless they are to be made (`make`),
    and, unless `ask`, where its keys are locked and no file with the passphrase was named. Raises
    `Failure`, `NodeError`, `StoreError`."""
    home = context.home
    if not (make or home.letters.exists()) or not (ask or _opens(context)):
        yield None
        return
    from sayso_node.home.keystore import read_keystore
    from sayso_node.home.letter_keys import open_letters

    records = open_letters(home, read_keystore(home.keys, context.passphrase()).feed.seed)
    try:
        yield records
    finally:
        records.close()


def _opens(context: Context) -> bool:
    """Whether nobody has to be asked."""
    import os

    named = getattr(context.args, "passphrase_file", None) or os.environ.get(PASSPHRASE_FILE)
    return bool(named) or not has_locked_keys(context.home)

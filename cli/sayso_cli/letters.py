"""The letters of a home, opened by a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from .context import PASSPHRASE_FILE, Context, has_locked_keys

if TYPE_CHECKING:
    from sayso_storage.interface.sealed_records import SealedRecords

_Found = TypeVar("_Found")


@contextmanager
def opened_letters(context: Context) -> Iterator[SealedRecords | None]:
    """The sealed records; None where the home has none yet. Raises as `made_letters`."""
    if not context.home.letters.exists():
        yield None
        return
    with made_letters(context) as records:
        yield records


@contextmanager
def made_letters(context: Context) -> Iterator[SealedRecords]:
    """The sealed records, made where the home has none yet: it takes letters from then on. Raises
    `Failure`, `NodeError`, `StoreError`."""
    from sayso_node.home.keystore import read_keystore
    from sayso_node.home.letter_keys import open_letters

    home = context.home
    records = open_letters(home, read_keystore(home.keys, context.passphrase()).feed.seed)
    try:
        yield records
    finally:
        records.close()


def read_letters(context: Context, read: Callable[[SealedRecords], _Found]) -> _Found | None:
    """What the sealed records say beside what a command is about. None where the home has none,
    or its keys are locked and no file with the passphrase was named. Where they cannot be read
    that is noted: the command goes on. Raises `Failure`."""
    if not _opens(context):
        return None
    from sayso_node.errors import NodeError
    from sayso_storage.interface.errors import StoreError

    try:
        with opened_letters(context) as records:
            return None if records is None else read(records)
    except (NodeError, StoreError) as error:
        context.out.note(str(error))
        return None


def _opens(context: Context) -> bool:
    """Whether nobody has to be asked."""
    import os

    named = getattr(context.args, "passphrase_file", None) or os.environ.get(PASSPHRASE_FILE)
    return bool(named) or not has_locked_keys(context.home)

"""The letters of a home, opened by a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeVar

from sayso_protocol.translation import _, ngettext

from .context import PASSPHRASE_FILE, Context, has_locked_keys

if TYPE_CHECKING:
    from sayso_node.messages.group_book import GroupBook
    from sayso_protocol.crypto.keys import KeyPair
    from sayso_storage.interface.sealed_records import SealedRecords
    from sayso_storage.interface.store import Store

_Found = TypeVar("_Found")
_Opened = TypeVar("_Opened")


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
    with _opened(context) as (records, _device):
        yield records


@contextmanager
def opened_groups(
    context: Context, store: Store, lacking: str = ""
) -> Iterator[tuple[SealedRecords, GroupBook]]:
    """The sealed records, and the closed groups in them. Raises `NotFound` where the home has none
    yet, with what is `lacking`; else as `made_letters`."""
    if not context.home.letters.exists():
        from sayso_node.errors import NotFound

        no_groups = _("there are no groups here yet: `sayso group create NAME` makes one")
        raise NotFound(lacking or no_groups)
    with made_groups(context, store) as found:
        yield found


@contextmanager
def made_groups(context: Context, store: Store) -> Iterator[tuple[SealedRecords, GroupBook]]:
    """The same, made where the home has none yet. Raises as `made_letters`."""
    from sayso_node.accounts.lineage import own_account
    from sayso_node.messages.group_book import GroupBook

    own_account(store)
    own = store.own_feed()
    assert own is not None
    with _opened(context) as (records, device):
        yield records, GroupBook(records, device, own.grant)


@contextmanager
def _opened(context: Context) -> Iterator[tuple[SealedRecords, KeyPair]]:
    from sayso_node.home.letter_keys import unlocked_letters

    with unlocked_letters(context.home, context.passphrase()) as (records, device):
        yield records, device
        _say_damaged(context, records.passed_over)


def _say_damaged(context: Context, count: int) -> None:
    if count:
        said = ngettext(
            "{n} record of letters is damaged and was passed over: `sayso doctor` says what to do.",
            "{n} records of letters are damaged and were passed over: `sayso doctor` says what "
            "to do.",
            count,
        )
        context.out.note(said.format(n=count))


def read_letters(context: Context, read: Callable[[SealedRecords], _Found]) -> _Found | None:
    """What the sealed records say beside what a command is about. None where the home has none,
    or its keys are locked and no file with the passphrase was named. Where they cannot be read
    that is noted: the command goes on. Raises `Failure`."""
    return _read(context, made_letters, read)


def read_groups(
    context: Context, store: Store, read: Callable[[GroupBook], _Found]
) -> _Found | None:
    """As `read_letters`, of the closed groups."""
    return _read(context, lambda same: made_groups(same, store), lambda found: read(found[1]))


def _read(
    context: Context,
    opened: Callable[[Context], AbstractContextManager[_Opened]],
    read: Callable[[_Opened], _Found],
) -> _Found | None:
    if not (_opens(context) and context.home.letters.exists()):
        return None
    from sayso_node.errors import NodeError
    from sayso_storage.interface.errors import StoreError

    try:
        with opened(context) as found:
            return read(found)
    except (NodeError, StoreError) as error:
        context.out.note(str(error))
        return None


def _opens(context: Context) -> bool:
    """Whether nobody has to be asked."""
    import os

    named = getattr(context.args, "passphrase_file", None) or os.environ.get(PASSPHRASE_FILE)
    return bool(named) or not has_locked_keys(context.home)

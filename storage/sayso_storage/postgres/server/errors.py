"""Errors of PostgreSQL, told as what a person can do about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from sayso_protocol.translation import _

from ...interface.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreInterrupted,
    StoreUnwritable,
)

_FULL = (errors.DiskFull, errors.OutOfMemory, errors.InsufficientResources)
_DAMAGED = (errors.DataCorrupted, errors.IndexCorrupted)
_DENIED = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)


class ServerGone(StoreError):
    """The session was lost, or no server answers that takes writes. Of what was being committed it
    is not known whether it is kept."""


class CommitUnsure(StoreError):
    """A commit of which it is not known whether a standby has it: the wait for it was cut short.
    It may be lost with the primary, so nothing of it counts as kept."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise a `StoreError` of the right kind for what PostgreSQL raises inside; `name` is the
    store's, without a password."""
    try:
        yield
    except psycopg.Error as error:
        raise explain(error, name) from error
    except UnicodeEncodeError as error:  # half a character, as a broken terminal gives it
        raise StoreError(_("a name or tag is not valid text: type it again")) from error


def explain(error: psycopg.Error, name: str) -> StoreError:
    """Return the store's exception for one of PostgreSQL's."""
    reason = _first_line(error)
    if isinstance(error, errors.QueryCanceled):
        return StoreInterrupted()
    if isinstance(error, _FULL):
        return StoreFull(
            _(
                "no space left for {path}: what was to be written now is not kept; make room and "
                "try again"
            ).format(path=name)
        )
    if isinstance(error, _DAMAGED):
        return StoreDamaged(
            _(
                "the database {name} is damaged ({reason}): restore it from a backup, or make a "
                "standby the primary"
            ).format(name=name, reason=reason)
        )
    if isinstance(error, _DENIED):
        return StoreUnwritable(
            _(
                "cannot write {name} ({reason}): check that its server is the primary and that "
                "its user owns the tables"
            ).format(name=name, reason=reason)
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return ServerGone(
            _(
                "the database {name} is not there ({reason}): check that its server runs; it is "
                "tried again"
            ).format(name=name, reason=reason)
        )
    return StoreError(f"{name}: {reason}")


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)

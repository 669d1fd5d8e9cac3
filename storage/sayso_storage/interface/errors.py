"""Errors of a store that did not do what it was asked."""

from __future__ import annotations

from sayso_protocol.translation import _


class StoreError(Exception):
    """The store could not do it; the text says why and what to do next, for a person."""


class StoreTooNew(StoreError):
    """The store was written by a later version of the software."""


class StoreUnwritable(StoreError):
    """The store may be read, and not be written."""


class StoreFull(StoreError):
    """No space is left for the write; nothing of it was kept."""


class StoreDamaged(StoreError):
    """The store's files are damaged or not a sayso store."""


class StoreInterrupted(StoreError):
    """The store was told to give up what it does; what was being written is not kept."""

    def __init__(self) -> None:
        super().__init__(_("the node stops: run the command again"))


class NotSubscribed(StoreError):
    """A feed of an account that is neither own nor followed (any more)."""

    def __init__(self) -> None:
        super().__init__(_("the account is neither own nor followed: follow it first"))


class AlreadyHeld(Exception):
    """A run of which every entry was held already; nothing was written."""

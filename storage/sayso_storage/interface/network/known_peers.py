"""Known peers: the address book of a node, and who carried which account, from start to start."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that reads or posts has no use for addresses
    from sayso_protocol.discovery.address_book.carriers import Carried
    from sayso_protocol.discovery.address_book.known_codec import KnownRow


class KnownPeers(ABC):
    """Bounded by who fills it: `sayso_protocol.discovery.address_book`."""

    @abstractmethod
    def book_secret(self, fresh: bytes) -> bytes:
        """The secret by which addresses have their places in the book: `fresh`, 32 random bytes,
        where there is none yet."""

    @abstractmethod
    def known_peers(self) -> list[KnownRow]:
        """All that are kept, by peer id."""

    @abstractmethod
    def save_known_peers(self, changed: Iterable[KnownRow], gone: Iterable[str]) -> None:
        """Keep these in place of what was kept of them, and those that are `gone` no longer."""

    @abstractmethod
    def carriers(self) -> list[Carried]:
        """Who is known to have carried which account, by account and peer."""

    @abstractmethod
    def save_carriers(self, changes: Iterable[tuple[bytes, str, int | None]]) -> None:
        """For each account and peer when that was known last; None for what is not so."""

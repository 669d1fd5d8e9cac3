"""Which peers are told to whom: the same few all day, so that asking often or under many names does
not lay the address book open."""

from __future__ import annotations

from ...sync.now import Now
from ..address_book.address_book import AddressBook
from ..address_book.book_limits import DAY
from ..rates import Rates
from ..signed_record import PeerRecord
from . import exchange_limits as limits


class PeerTeller:
    """Answers requests from an address book."""

    def __init__(self, book: AddressBook) -> None:
        self._book = book
        self._requests = Rates(limits.REQUESTS, limits.REQUESTS_A_SECOND, limits.MAX_ASKERS)
        self._answers = Rates(1, 1000 / limits.ANSWER_EVERY, limits.MAX_ASKERS)
        self._day: int | None = None
        self._told: dict[str, None] = {}

    def takes(self, asker: str, now: Now) -> bool:
        """Whether a request of a peer is looked at; it is counted."""
        return self._requests.spend(asker, now.mono_ms)

    def answer(self, asker: str, now: Now) -> list[bytes]:
        """The signed records that a peer is told; none where it was told lately."""
        if not self._answers.spend(asker, now.mono_ms):
            return []
        self._choose(now.wall_ms)
        told = [self._book.peer(peer_id) for peer_id in self._told if peer_id != asker]
        # The newest record of each: one that has moved is told of as it is now.
        return [peer.record for peer in told if peer is not None and peer.agrees and peer.record]

    def learn(self, record: PeerRecord, data: bytes, now: Now, *, agrees: bool) -> bool:
        """A peer showed its own record, `data` as it travelled. Kept to be passed on, where it has
        public addresses alone: others have no use for the rest. Whether it is news."""
        if record.sequence > now.wall_ms + limits.AHEAD:
            return False
        peer = self._book.peer(record.peer_id)
        is_news = peer is None or record.sequence > peer.sequence
        public = bool(record.addresses) and all(one.is_public for one in record.addresses)
        self._book.note_record(
            record.peer_id, data if public else b"", record.sequence, agrees=agrees and public
        )
        return is_news

    def _choose(self, wall_ms: int) -> None:
        """The peers of this day: more of them as they come to be known, never others."""
        if self._day != wall_ms // DAY:
            self._day, self._told = wall_ms // DAY, {}
        if len(self._told) < limits.TOLD:
            for peer in self._book.tellable(wall_ms, limits.TOLD):
                if len(self._told) < limits.TOLD:
                    self._told.setdefault(peer.peer_id)

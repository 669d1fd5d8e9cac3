"""A lookup: whom to ask next for a key, over disjoint paths.

The caller asks whom `next` names and says what became of it; the lookup is over when nobody is left
to ask and nothing is under way. Three things keep liars from deciding it, where plain Kademlia is
lost to 45 identities beside the key:

- **Disjoint paths**: a peer is asked by one path only, so a liar that names others spoils one.
  Where a path was told wrong addresses of a peer, another that was told others asks it again.
- **Networks**: of one /24 at most two peers are asked, however near they lie.
- **Region**: it goes on to everybody nearer than where the twentieth honest peer is expected. Who
  crowds in beside a key then only makes the lookup longer, and pushes nobody out.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from operator import itemgetter
from typing import Final

from .contact import Contact
from .kademlia_limits import (
    ASKED_A_NETWORK,
    BUCKET_SIZE,
    MAX_ASKED,
    MAX_FOUND,
    MAX_PLACES,
    PARALLEL,
    PATHS,
)
from .keyspace import SPACE, place_of
from .messages import Message

_DISTANCE: Final = itemgetter(0)


class _Progress(Enum):
    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"


class _Path:
    """What one path knows, the nearest first."""

    def __init__(self) -> None:
        self.contacts: dict[bytes, Contact] = {}
        self.nearest: list[tuple[int, Contact]] = []
        """The same with their distances."""
        self.busy = 0
        """Requests of this path that are under way."""
        self.has_news = True
        """Whether anything came since it was seen whom to ask next."""

    def add(self, contact: Contact, distance: int) -> None:
        """Learn of somebody; who is known stays as it is."""
        if contact.id not in self.contacts:
            self.contacts[contact.id] = contact
            insort(self.nearest, (distance, contact), key=_DISTANCE)


class Lookup:
    """One lookup of one key.

    `network_size` is how many peers there are about (`RoutingTable.network_size`); `own_id` is
    never asked. Without `limited` it is plain Kademlia on one path: a control.
    """

    def __init__(
        self,
        key: bytes,
        start: Iterable[Contact],
        network_size: float,
        own_id: bytes,
        *,
        limited: bool = True,
    ) -> None:
        self.key = key
        self.place = place_of(key)
        self._own_id = own_id
        self._limited = limited
        self._edge = int(SPACE * BUCKET_SIZE / max(network_size, BUCKET_SIZE)) if limited else 0
        near = sorted({one.id: one for one in start}.values(), key=self._distance)
        count = max(1, min(PATHS if limited else 1, len(near)))
        self._known = {one.id: one for one in near}
        self._paths = [_Path() for _ in range(count)]
        for at, contact in enumerate(near):
            self._paths[at % count].add(contact, self._distance(contact))
        self._progress: dict[bytes, _Progress] = {}
        self._path_of: dict[bytes, int] = {}
        self._tried: dict[bytes, frozenset[bytes]] = {}
        """Addresses at which a peer was looked for in vain."""
        self._networks: Counter[str] = Counter()
        self._answered: dict[bytes, Contact] = {}
        self.asked = 0
        """Requests that were made."""
        self.under_way = 0
        self.providers: dict[bytes, Contact] = {}
        """Plain records found, at most `MAX_FOUND`."""
        self._stopped = False

    @property
    def answered_by(self) -> int:
        """Requests that were answered."""
        return len(self._answered)

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way and nobody is left to ask, after `next` gave nobody."""
        return self.under_way == 0

    def stop(self) -> None:
        """Enough was found: nobody else is asked."""
        self._stopped = True

    def next(self) -> list[Contact]:
        """Whom to ask now; each is under way from now on."""
        if self._stopped:
            return []
        asked: list[Contact] = []
        for number, path in enumerate(self._paths):
            if path.has_news:
                path.has_news = False
                asked += self._next_on(number)
        return asked

    def answered(self, peer: bytes, message: Message) -> None:
        """A peer that was asked answered."""
        if not self._settle(peer, _Progress.ANSWERED):
            return
        path = self._paths[self._path_of[peer]]
        self._answered[peer] = path.contacts[peer]
        for contact in message.closer:
            if contact.addresses and contact.id not in path.contacts:
                path.add(self._known.get(contact.id, contact), self._distance(contact))
        for one in message.providers:
            if len(self.providers) < MAX_FOUND:
                self.providers.setdefault(one.id, one)

    def failed(self, peer: bytes) -> None:
        """A peer that was asked did not answer, or not properly."""
        if self._settle(peer, _Progress.FAILED):
            contact = self._paths[self._path_of[peer]].contacts[peer]
            self._tried[peer] = self._tried.get(peer, frozenset()) | set(contact.addresses)
            for path in self._paths:  # another may know another address of it
                path.has_news = True

    def nearest(self) -> list[Contact]:
        """The places for a record: the nearest that answered, of one network at most two of them;
        and all who lie within the region."""
        near = sorted(self._answered.values(), key=self._distance)
        chosen: dict[bytes, Contact] = {}
        networks: Counter[str] = Counter()
        for contact in near:
            site = self._site(contact)
            if len(chosen) < BUCKET_SIZE and not (site and networks[site] >= ASKED_A_NETWORK):
                networks[site] += 1
                chosen[contact.id] = contact
        region = (one for one in near if self._distance(one) < self._edge)
        chosen.update((one.id, one) for one in region)
        return list(chosen.values())[:MAX_PLACES]

    # --- one path ----------------------------------------------------------------------

    def _next_on(self, number: int) -> list[Contact]:
        """Whom one path asks next: its nearest, until enough of those have answered."""
        path, found, seen = self._paths[number], [], 0
        enough = max(PARALLEL, BUCKET_SIZE // len(self._paths) + 1)
        for distance, contact in path.nearest:
            if path.busy >= PARALLEL or self.asked >= MAX_ASKED:
                break
            if seen >= enough and distance >= self._edge:
                break
            if self._may_ask(contact):
                self._ask(contact, number)
                found.append(contact)
            seen += self._is_of(contact, number)
        return found

    def _is_of(self, contact: Contact, number: int) -> bool:
        """Whether a path has asked a contact, and not in vain."""
        progress = self._progress.get(contact.id)
        if progress is None or progress is _Progress.FAILED:
            return False
        return self._path_of[contact.id] == number

    def _may_ask(self, contact: Contact) -> bool:
        progress = self._progress.get(contact.id)
        if progress is not None and (
            progress is not _Progress.FAILED
            or self._tried[contact.id].issuperset(contact.addresses)
        ):
            return False
        if contact.id == self._own_id:
            return False
        site = self._site(contact)
        return not (site and self._networks[site] >= ASKED_A_NETWORK)

    def _ask(self, contact: Contact, number: int) -> None:
        self._progress[contact.id] = _Progress.ASKED
        self._path_of[contact.id] = number
        self._networks[self._site(contact)] += 1
        self._paths[number].busy += 1
        self.asked += 1
        self.under_way += 1

    def _settle(self, peer: bytes, progress: _Progress) -> bool:
        if self._progress.get(peer) is not _Progress.ASKED:
            return False
        self._progress[peer] = progress
        path = self._paths[self._path_of[peer]]
        path.busy -= 1
        path.has_news = True
        self.under_way -= 1
        return True

    def _distance(self, contact: Contact) -> int:
        return place_of(contact.id) ^ self.place

    def _site(self, contact: Contact) -> str:
        """The network that is counted: an IPv4 /24 or IPv6 /48; empty where none is."""
        networks = contact.networks if self._limited else ()
        return networks[1] if len(networks) > 1 else ""

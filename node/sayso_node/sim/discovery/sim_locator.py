"""A node of this world: a locator, an address that may change, accounts that it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.kademlia.contact import Contact
from sayso_protocol.discovery.location.announcement import Announcement, sign_announcement
from sayso_protocol.discovery.location.locator import Find, Locator, Own
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_bytes, peer_id_of_key
from sayso_protocol.sync.now import Now

PORT = 4001


@dataclass(frozen=True, slots=True)
class SimAccount:
    """An account with one feed, and its grant."""

    feed: KeyPair
    grant: Grant

    @classmethod
    def make(cls, chance: Random) -> SimAccount:
        """One of chance."""
        account, feed, promised = (KeyPair.from_seed(chance.randbytes(32)) for _ in range(3))
        return cls(feed, sign_grant(account, feed, next_key_hash(promised.public)))

    @property
    def key(self) -> bytes:
        """The account's public key."""
        return self.grant.account


@dataclass(slots=True)
class SimLocator:
    """One node. `locator` is None while it has never been on line."""

    index: int
    peer_id: str
    id: bytes
    """The same in binary form."""
    serves: bool
    contact: Contact
    """Where it can be dialled, if it serves."""
    address: Address
    chance: Random
    follows: list[bytes] = field(default_factory=list)
    account: SimAccount | None = None
    online: bool = False
    stays: bool = False
    """Whether it neither comes nor goes by chance."""
    locator: Locator | None = None
    finds: dict[bytes, Find] = field(default_factory=dict)
    """What its last lookup of each account gave."""

    @classmethod
    def make(cls, index: int, serves: bool, chance: Random) -> SimLocator:
        """A node of chance, which is off."""
        peer_id = peer_id_of_key(chance.randbytes(32))
        raw, address = peer_id_bytes(peer_id), public_address(chance)
        return cls(index, peer_id, raw, serves, _contact(raw, address), address, chance)

    def move(self) -> None:
        """Get another address, as from another provider."""
        self.address = public_address(self.chance)
        self.contact = _contact(self.id, self.address)

    def start(self, now: Now, known: Sequence[Contact], *, looks_after: bool) -> Locator:
        """Come on line: with what was kept of announcements, and with some contacts out of the
        address book; the table begins anew."""
        kept = self.locator.book if self.locator is not None else None
        self.locator = Locator(
            self.id, self.chance.randbytes(8), now, book=kept, looks_after=looks_after
        )
        self.locator.serves_at = self.contact.addresses if self.serves else ()
        for contact in known:
            self.locator.met(contact)
        if self.account is not None:
            self.locator.own = Own(self.account.key, self._announce)
        self.online = True
        return self.locator

    def _announce(self, now: Now) -> Announcement:
        assert self.account is not None
        account = self.account
        return sign_announcement(
            account.feed, account.grant, self.peer_id, now.wall_ms, [self.address]
        )


def _contact(peer: bytes, address: Address) -> Contact:
    return Contact(peer, (address.to_bytes(),))


def public_address(chance: Random) -> Address:
    """An address that anybody may reach."""
    while True:
        host = ".".join(str(chance.randint(1, 254)) for _ in range(4))
        address = Address("ip4", host, PORT)
        if address.is_public:
            return address

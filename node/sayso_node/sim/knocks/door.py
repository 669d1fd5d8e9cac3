"""The door of one owner at one carrier on one day: what a carrier takes of those who knock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

from sayso_protocol.letters.prices import Reach
from sayso_protocol.letters.stranger import NETWORK_TAG

FREE_PLACES: Final = 64
FREE_A_NETWORK: Final = 3
PAID_PLACES: Final = 192
PAID_A_NETWORK: Final = 8


class Letter(NamedTuple):
    """A sealed first word. `bits` are those of its stamp, 0 for none; a carrier sees these and the
    network that it comes from. All else is for the owner."""

    id: bytes
    bits: int
    network: bytes
    sender: bytes
    reach: Reach
    route: tuple[bytes, ...]
    is_spam: bool


class Lane:
    """A lane of a door: so many places, and so many for one network. When it is full, the network
    with most letters loses its latest."""

    def __init__(self, places: int, a_network: int) -> None:
        self._places, self._a_network = places, a_network
        self._letters: dict[bytes, Letter] = {}
        self._networks = Counter[bytes]()

    def offer(self, letter: Letter) -> bool:
        """Take a letter; False where it is refused, or taken already."""
        if letter.id in self._letters or self._networks[letter.network] >= self._a_network:
            return False
        self._letters[letter.id] = letter
        self._networks[letter.network] += 1
        if len(self._letters) > self._places:
            [(network, _)] = self._networks.most_common(1)
            of_network = [one for one in self._letters.values() if one.network == network]
            away = of_network[-1]
            del self._letters[away.id]
            self._networks[network] -= 1
            return away.id != letter.id
        return True

    def letters(self) -> Iterator[Letter]:
        """All that it holds."""
        yield from self._letters.values()


class Door:
    """A door with a lane for letters without a stamp, and one for those with."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._free = Lane(FREE_PLACES, FREE_A_NETWORK)
        self._paid = Lane(PAID_PLACES, PAID_A_NETWORK)

    def offer(self, letter: Letter) -> bool:
        """Take a letter, if there is a place in its lane."""
        return (self._paid if letter.bits else self._free).offer(letter)

    def collect(self) -> Iterator[tuple[Letter, bytes]]:
        """All letters, each with the tag of the network that it came from."""
        for lane in (self._free, self._paid):
            for letter in lane.letters():
                digest = blake2b(letter.network, key=self._secret, digest_size=NETWORK_TAG)
                yield letter, digest.digest()

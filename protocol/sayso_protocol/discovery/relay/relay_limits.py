"""Every bound of what relaying may cost, each with its reason.

Sizes are bytes, times milliseconds. `RelayLimits` are the volunteer's: what strangers may cost the
relay. The rest is what this node takes from relays and from those who come through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_MESSAGE: Final = 4096
"""Longest message of the relay protocols; the specification says so."""

MAX_RELAY_ADDRESSES: Final = 8
"""Addresses of a relay in one reservation that are read: a relay has two or three."""

MAX_VOUCHER: Final = 1024
"""Longest voucher that is read; an Ed25519 one has some 220 bytes."""

MAX_RESERVATION_MS: Final = 24 * 3_600_000
"""A reservation counts as at most this long, whatever the relay says: it is renewed in time."""

RELAYS_WANTED: Final = 2
"""Relays at which a node reserves: one may go away at any time; a third only costs volunteers."""

RELAY_CANDIDATES: Final = 64
"""Connected peers that relay and are remembered as such."""

RETRY_MS: Final = 60_000
"""Pause before a relay that refused is asked again; it doubles each time."""

LONGEST_RETRY_MS: Final = 2 * 3_600_000
"""Longest such pause: twice as long as a reservation lasts, after which places come free."""


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """What a volunteer gives. Together with the sizes of `TransportLimits` the most that relaying
    can cost. Measured: 30 kB of memory a reservation, 6 s of processor time a GB passed on."""

    reservations: int = 128
    """Peers that can be reached here, in all: 128 kept connections, 3.3 MB; as go-libp2p."""
    reservations_a_network: int = 8
    """The same of one IPv4 address or IPv6 /56: a household, a small office."""
    reservations_a_provider: int = 32
    """The same of one /16 or /32, so that no one provider's customers take all places."""
    reservation_ms: int = 3_600_000
    """How long a place lasts without being renewed."""

    circuits: int = 256
    """Circuits in all. Each holds at most two windows of unread bytes."""
    circuits_a_peer: int = 12
    """Circuits of one peer, both those it asked for and those that lead to it; go-libp2p has 16.
    Each is a stream, of which a peer has 16 for all that it does."""
    circuits_a_network: int = 32
    """Circuits that peers of one address asked for: two in one home do not share eight places."""
    circuit_ms: int = 3_600_000
    """How long a circuit lasts: an hour lets a first sync of a slow home through. Whoever is cut
    off connects again and goes on where it was."""
    circuit_bytes: int = 16 << 20
    """What a circuit carries, each way: 100,000 posts. A punched or mapped connection has mostly
    taken its place long before."""
    bytes_a_day: int = 10_000_000_000
    """What all circuits together carry in a UTC day: 0.9 Mbit/s on average, 300 GB a month, which
    a small rented server has."""
    bytes_a_day_a_network: int = 1_000_000_000
    """Of that, what circuits asked for from one address may use: nobody alone uses up the day."""

    asks: float = 30
    """Requests of one address at once: a household that starts, each device asking two relays."""
    asks_a_second: float = 0.5
    """The same as time passes. A request costs the relay a signature, or its target a handshake."""
    connects_to_a_peer: float = 30
    """Circuits that may be asked for to one peer at once, by whomever."""
    connects_to_a_peer_a_second: float = 1
    """The same as time passes. Each costs that peer a handshake (5-10 ms): this bounds what all
    strangers together can cost it through this relay to a hundredth of a processor."""
    tracked: int = 4096
    """Addresses and peers of whom such rates are remembered: 1 MB."""

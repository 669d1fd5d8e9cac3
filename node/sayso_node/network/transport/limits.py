"""Every limit that the transport keeps, with its reason.

The defaults suit a home node. Sizes are in bytes, times in seconds, rates per second.
"""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.seats import TRIAL_MS, UNUSED_MS


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """The bounds of what strangers may cost this node."""

    inbound: int = 200
    """Inbound connections that proved an identity, in all: about 100 kB each when idle,
    and more than a gossip tree needs. `sayso_protocol.seats` says who gets one."""
    inbound_per_address: int = 8
    """The same of strangers from one IPv4 address or IPv6 /56: a household, not a swarm.
    Loopback is left out: there it would only count the owner's own programs and proxies
    against each other."""
    inbound_per_peer: int = 4
    """The same of one identity. A fifth replaces the oldest, so that a peer whose links
    died unnoticed can always come back."""

    pending: int = 256
    """Inbound sockets that have proved nothing yet, in all. One more is let in, and one of
    the silent is dropped instead: whoever speaks always gets through."""
    pending_per_address: int = 64
    """The same from one address; 64 honest ones a handshake time (50 ms) are more
    than this node can serve."""
    handshake_timeout: float = 5.0
    """Whole handshake and negotiation of a connection; 5 s bear a slow mobile link."""
    handshakes_per_address: float = 10.0
    """Noise handshakes begun per second for one address: each costs some 5-10 ms of
    this node's processor. Beyond it they wait their turn."""
    handshake_burst: int = 50
    """Handshakes in a row before the rate applies: a whole household restarting."""
    handshakes: float = 40.0
    """The same per second of all addresses together: less than half a core, however many
    addresses come and go. Beyond it those of a few come after those of many others."""

    trial: float = TRIAL_MS / 1000
    """How long a new connection is left alone by others that are no better."""
    unused_trial: float = UNUSED_MS / 1000
    """The same of one on which nothing runs yet."""

    streams_per_peer: int = 32
    """Inbound streams open at once, over all connections of a peer, whatever they are for: half
    of them for what a relay carries to this node."""
    sync_streams_per_peer: int = 16
    """The same for sync, which needs one."""
    sync_streams: int = 4096
    """Of all peers together: seats and the bound on one peer are reached first."""
    refused_stream_cost: int = 50
    """Control frames that a refused stream counts for: a peer that goes on asking is
    gone after some hundred of them."""
    idle_timeout: float = 15.0
    """An inbound connection without a stream is closed after it."""

    window: int = 1 << 20
    """Unread bytes that a peer may have under way on a stream whose reader reads; 1 MiB
    fills 100 Mbit/s at 80 ms. A stream starts at yamux's 256 KiB."""
    unread_per_connection: int = 8 << 20
    """Unread bytes over all streams of a connection: 32 starting windows."""
    unread: int = 64 << 20
    """Unread bytes over all connections; beyond it the connection that holds most is
    dropped. It keeps the node under 256 MB whatever number of identities attack."""
    queued: int = 128 << 10
    """Bytes waiting to be sent on a connection before writers wait: two full Noise
    messages, so that a reply is not stuck behind much bulk."""

    control_rate: float = 1000.0
    """Yamux frames without payload that a connection may send, per second: an honest
    bulk stream needs about 200."""
    control_burst: int = 5000
    """The same, at once."""

    write_timeout: float = 30.0
    """A batch of frames must leave the socket within it, else the peer is frozen."""
    stall_timeout: float = 60.0
    """A writer waits so long for the peer's reader to take anything at all."""
    keepalive: float = 10.0
    """Silence after which a ping is sent."""
    pong_timeout: float = 10.0
    """Silence after a ping that means that the peer is gone: at most 22 s in all, so that a new
    connection is there half a minute after a router forgot the old one."""
    linger: float = 5.0
    """How long a closed link waits for the peer to end its side, so that what was sent
    is read, not cut off."""
    shutdown_timeout: float = 0.5
    """Time to tell peers goodbye when the node stops."""

"""What a peer is blamed for, and when it is left for that."""

from __future__ import annotations

from ...errors import ProtocolViolation, Refused
from ...limits import MAX_REFUSALS
from ..effects import Disconnect, Effect, Event, Send
from ..peer.peer import Peer
from ..wire.frame_codec import Bye


def offended(name: str, error: Refused) -> list[Effect]:
    """The peer broke a rule for which it is left: tell it, and hang up."""
    return [
        Event("refused", name, detail=f"{error.code}: {error}"),
        Send(name, Bye(error.code, str(error))),
        Disconnect(name, error),
    ]


def refuse(peer: Peer, feed: bytes | None, error: Refused) -> list[Effect]:
    """Something that a peer sent in a sound frame is not taken: a few of these are borne."""
    peer.refusals += 1
    peer.lacking = True
    if peer.refusals > MAX_REFUSALS:
        return offended(peer.name, ProtocolViolation("too much of it was refused"))
    return [Event("refused", peer.name, feed, f"{error.code}: {error}")]


def missed(peer: Peer) -> None:
    """A peer does not have something that it offered."""
    peer.lacking = True
    peer.refusals += 1


def check_misses(peer: Peer) -> None:
    """Raises `ProtocolViolation` where a peer is not borne any longer."""
    if peer.refusals > MAX_REFUSALS:
        # Or one claim of a billion entries would cost a million asks.
        raise ProtocolViolation("it offers what it does not have")

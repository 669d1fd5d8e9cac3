"""The offences of peers: here they are charged, and nowhere else.

Some end the session at once: the frame was no frame, or came out of turn. Others are in sound
frames, and a few of them are borne: there are honest reasons to pass on what is not sound.
"""

from __future__ import annotations

from ...errors import ProtocolViolation, Refused
from ...limits import MAX_REFUSALS
from ..effects import Disconnect, Effect, Event, Send
from ..peer.peer import Peer
from ..wire.frames import Bye


def leave(name: str, error: Refused) -> list[Effect]:
    """The peer broke a rule for which it is left: tell it, and disconnect."""
    return [
        Event("refused", name, detail=f"{error.code}: {error}"),
        Send(name, Bye(error.code, str(error))),
        Disconnect(name, error),
    ]


def charge(peer: Peer, feed: bytes | None, error: Refused) -> list[Effect]:
    """Something that a peer sent in a sound frame is not taken."""
    if _count(peer, 1):
        return leave(peer.name, ProtocolViolation("too much of it was refused"))
    return [Event("refused", peer.name, feed, f"{error.code}: {error}")]


def charge_misses(peer: Peer, count: int) -> None:
    """A peer does not have so many things that it offered. Raises `ProtocolViolation` where it is
    not borne any longer: or one claim of a billion entries would cost a million asks."""
    if _count(peer, count):
        raise ProtocolViolation("it offers what it does not have")


def _count(peer: Peer, offences: int) -> bool:
    """True where these are too many."""
    conduct = peer.conduct
    if offences:
        conduct.refusals += offences
        conduct.lacking = True
    return conduct.refusals > MAX_REFUSALS

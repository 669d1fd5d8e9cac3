"""One session with a peer: its link, and what waits to be sent on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from ..network.link import Link
from .frame_stream import FrameStream
from .send_queue import SendQueue


@dataclass(eq=False, slots=True)
class PeerConnection:
    """One link in use. `name` is unique for the life of the engine."""

    name: str
    link: Link
    frames: FrameStream
    started: float
    send_queue: SendQueue = field(init=False)
    filled: trio.Event = field(default_factory=trio.Event)
    """Set while the send queue has something, or is not going to have more."""
    ending: bool = False
    """Nothing more will be put into the send queue."""
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    sent: int = 0
    """Entries that it was given."""
    pushed: int = 0
    """Those of them that it did not ask for."""
    turn_us: float = 0.0
    """What is left of its turn, in microseconds of processor time."""
    throttled: bool = False
    """Whether it has had to wait for having used too much of it."""
    throttled_ms: float = 0.0
    """How long it has had to wait for that."""
    repeated_ms: float = 0.0
    """How long it was let wait for what it had had before."""
    owed_us: float = 0.0
    """Processor time of answers that it has not paid for yet."""
    farewell: str = ""
    """Why this side says goodbye, where it does so in good order."""
    error: str | None = None
    """Why this side ended the session."""

    def __post_init__(self) -> None:
        self.send_queue = SendQueue(lambda: self.filled.set(), self.link.sync_version)

    @property
    def network(self) -> str:
        """The name under which it shares turns and budgets with others at its address."""
        return self.link.network or self.link.peer_id

    def end(self) -> None:
        """Let the writer end once the send queue is empty."""
        self.ending = True
        self.filled.set()

"""Blob answerer: the side of a stream that is asked. It holds what is to be sent, in its order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ..errors import ProtocolViolation
from .blob_frames import Ask, BlobFrame, Cancel
from .exchange_limits import MAX_OPEN_LEAVES


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to send: a leaf, or with `index` None the inner blocks from `first_block` on."""

    number: int
    root: bytes
    index: int | None
    first_block: int = 0


class BlobAnswerer:
    """See the module. One for each stream."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._last_number = -1

    def __len__(self) -> int:
        return len(self._jobs)

    def receive(self, frame: BlobFrame) -> None:
        """Take a frame of the asking side. Raises `ProtocolViolation` for one that it may not send:
        an answer, an ask with a number that was used, more than may be open."""
        match frame:
            case Ask():
                self._ask(frame)
            case Cancel(numbers):
                gone = frozenset(numbers)
                self._jobs = deque(job for job in self._jobs if job.number not in gone)
            case _:
                raise ProtocolViolation("an answer from the side that asks")

    def take(self) -> Job | None:
        """The next thing to send; None where nothing waits."""
        return self._jobs.popleft() if self._jobs else None

    def drop(self, number: int) -> None:
        """The rest of an ask is not answered."""
        self._jobs = deque(job for job in self._jobs if job.number != number)

    def _ask(self, ask: Ask) -> None:
        if ask.number <= self._last_number:
            raise ProtocolViolation("an ask with a number that was used")
        if len(self._jobs) + max(1, ask.count) > MAX_OPEN_LEAVES:
            raise ProtocolViolation("more leaves asked for than may be open")
        self._last_number = ask.number
        if not ask.count:
            self._jobs.append(Job(ask.number, ask.root, None, ask.first))
        for index in range(ask.first, ask.first + ask.count):
            self._jobs.append(Job(ask.number, ask.root, index))

"""The rules by which the votes in a poll are judged. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.content.poll import Poll

from .arrival_time import DAY_MS


@dataclass(frozen=True, slots=True)
class PollRules:
    """The rules of one poll by which its votes are judged."""

    options: int
    end_ms: int | None
    many: bool

    @classmethod
    def of(cls, poll: Poll) -> PollRules:
        """The rules that a poll states; edits cannot change them."""
        return cls(len(poll.options), poll.end, poll.many)

    def is_late(self, time_ms: int) -> bool:
        """Whether a vote signed then is after the end."""
        return self.end_ms is not None and time_ms > self.end_ms

    @property
    def belated_after_ms(self) -> int | None:
        """What comes after this time comes more than a day after the end."""
        return None if self.end_ms is None else self.end_ms + DAY_MS

    def is_valid(self, choices: int) -> bool:
        """Whether these choices, bit n for option n, can be made; 0 takes a vote back."""
        return choices < 1 << self.options and (self.many or choices.bit_count() <= 1)

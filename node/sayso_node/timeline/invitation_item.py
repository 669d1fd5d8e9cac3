"""An invitation to a closed group, among what others did to the owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import key_text

from ..accounts.names import Name
from ..timestamps import time_text

if TYPE_CHECKING:
    from ..messages.known_groups import KnownGroup


@dataclass(frozen=True, slots=True)
class InvitationItem:
    """An invitation, by an account under its name."""

    group: KnownGroup
    by: bytes
    came_ms: int
    name: Name

    @property
    def sort_ms(self) -> int:
        """Its place in time."""
        return self.came_ms

    def as_json(self) -> dict[str, object]:
        """It for programs, as in docs/cli.md."""
        charter = self.group.group.charter
        return {
            "kind": "invitation",
            "id": self.group.id,
            "by": key_text(self.by),
            "name": self.name.shown,
            "petname": self.name.petname,
            "entry": None,
            "on": None,
            "time": time_text(self.came_ms),
            "text": self.group.name,
            "group": self.group.id,
            "mode": "circle" if charter.circle else "group",
            "past": "forgetting" if charter.forgetting else "kept",
        } | self.name.recognition_json()

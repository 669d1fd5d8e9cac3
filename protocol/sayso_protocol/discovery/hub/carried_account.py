"""The record of an account that is carried for others; times are Unix milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BY_OWNER: Final = "owner"
BY_ACCOUNT: Final = "account"
BY_READER: Final = "reader"


@dataclass(frozen=True, slots=True)
class CarriedAccount:
    """An account that is carried for others."""

    account: bytes
    word: str
    """On whose word: `BY_OWNER`, `BY_ACCOUNT` (its own node asked), `BY_READER`."""
    asker: str
    """Peer id of the node that asked; empty for the owner."""
    network: str
    """The addresses that count as one, to which that node belonged; empty for none."""
    since_ms: int
    read_ms: int
    """When a peer read it last, or it came to be carried."""
    grows: bool
    """Whether more of it is taken. What is held is passed on all the same."""
    entries: int
    bytes: int
    """Of bodies, and what an entry takes beside its body; as far as they are counted."""

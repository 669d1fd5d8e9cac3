"""The offences of a peer, and the work that it may still cause."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...limits import STATEMENT_BYTES, STATEMENT_BYTES_A_SECOND
from ...token_bucket import TokenBucket


@dataclass(slots=True)
class PeerConduct:
    """Offences are charged by `misbehaviour` alone."""

    refusals: int = 0
    """Offences that were borne."""
    lacking: bool = False
    """Something that it offered was refused or did not come: it must be asked anew next time."""
    statement_bytes: TokenBucket = field(
        default_factory=lambda: TokenBucket(STATEMENT_BYTES, STATEMENT_BYTES_A_SECOND)
    )
    """Bytes of statements that it may let this side verify."""

    def note_lack(self) -> None:
        """Something of it does not come, by whoever's fault."""
        self.lacking = True

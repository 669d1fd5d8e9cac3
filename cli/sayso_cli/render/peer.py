"""The look of a peer to a person."""

from __future__ import annotations

from typing import Any

from sayso_protocol.quantity import quantity

from ..terminal.output import Output


def show_peer(out: Output, peer: dict[str, Any]) -> None:
    """Print a peer on one line, and where it is on a second."""
    way = "dialled" if peer["outbound"] else "came in"
    state = "in sync" if peer["in_sync"] else "syncing"
    traffic = f"received {peer['received']}, sent {quantity(peer['sent'], 'entry')}"
    out.line(peer["peer_id"], state, traffic)
    out.indented(way, peer["addr"], peer["software"])
    for word in ("forked", "ended"):
        if peer[word]:
            out.indented(f"wants feeds that have {word}: {len(peer[word])}")

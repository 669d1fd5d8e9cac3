"""Hubs: nodes that are always on and carry accounts for others.

Any node is one with `sayso run --hub`; whom it carries is in hub.toml in the data directory, which
you can edit; docs/hub.md says how. A hub has no say over anyone: what it carries stays signed by
its author, and whoever is refused asks another one.
"""

from __future__ import annotations

COMMANDS = {
    "status": "say how much this hub carries, and for whom it is open",
    "accounts": "list the accounts that this hub carries for others",
    "admit": "carry an account from now on, whatever the quotas",
    "evict": "carry an account no longer, and remove what is held of it",
    "ask": "ask a hub to carry the own account, or another one",
    "leave": "ask a hub to let go of the own account, and do not ask again",
}

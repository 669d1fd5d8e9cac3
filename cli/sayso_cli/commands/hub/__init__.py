"""Hubs: nodes that are always on and carry accounts for others.

Any node is one with `sayso run --hub`; whom it carries is in hub.toml in the data directory, which
you can edit; docs/hub.md says how. A hub has no say over anyone: what it carries stays signed by
its author, and whoever is refused asks another one.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "init": mark("put the store into a database, or back into its file"),
    "status": mark("say how much this hub carries, and for whom it is open"),
    "accounts": mark("list the accounts that this hub carries for others"),
    "admit": mark("carry an account from now on, whatever the quotas"),
    "evict": mark("carry an account no longer, and remove what is held of it"),
    "nodes": mark("list the front ends of this hub, which have one store"),
    "enlist": mark("take nodes into the roster of front ends, or sign it anew"),
    "delist": mark("take nodes from the roster of front ends"),
    "consent": mark("let this node be a front end of a hub"),
    "ask": mark("ask a hub to carry the own account, or another one"),
    "leave": mark("ask a hub to let go of the own account, and do not ask again"),
}

"""The question where the own feed stands, for a command that is about to sign: asked by the running
node, or else by one that runs for this alone."""

from __future__ import annotations

from sayso_storage.interface.store import Store, StoreError

from ...accounts.carriers import read_carriers
from ...accounts.signing_record import AWAY_MS, Doubt, SigningRecord
from ...control.client import is_running, request
from ...errors import NodeError
from ...home.directory import Home
from ...home.open_store import open_home

GRACE_SECONDS = 5.0
"""Beyond the patience: what the node needs to answer."""

DAY_MS = 24 * AWAY_MS
"""Who was away for less is not delayed by it where no node runs."""


def is_heard(home: Home, store: Store, doubt: Doubt, away_ms: int, seconds: float) -> bool:
    """Whether a peer tells within so many seconds. Without a running node peers that are known are
    dialled, unless the home was only away and for less than a day."""
    if is_running(home):
        return _by_node(home, seconds)
    if doubt is Doubt.AWAY and away_ms < DAY_MS:
        return False
    try:
        if not (store.known_peers() or read_carriers(home)):
            return False  # nobody can be asked: what follows would cost a second
        return _alone(home, seconds)
    except (NodeError, StoreError):
        return False


def away_since(record: SigningRecord | None, now_ms: int) -> int:
    """Milliseconds since the home signed or heard; of one without a record nothing is known."""
    return 0 if record is None else now_ms - record.at_ms


def _by_node(home: Home, seconds: float) -> bool:
    try:
        patience = seconds + GRACE_SECONDS
        return bool(request(home, "own-feed", patience=patience, timeout=seconds)["heard"])
    except (NodeError, KeyError):
        return False


def _alone(home: Home, seconds: float) -> bool:
    """Run a node until a peer has told, or for so long."""
    import trio  # these bring the whole network along

    from ..own_feed_watch import OwnFeedWatch
    from ..run import running_node
    from ..run_options import RunOptions

    async def once() -> bool:
        async with running_node(home, store, RunOptions(), lambda _: None) as (node, nursery):
            for carrier in read_carriers(home):
                await node.keep(carrier.address)
            nursery.start_soon(node.connection_manager.run)
            watch = OwnFeedWatch(home, store, node.engine)
            return await watch.hear(seconds, begin=seconds)

    with open_home(home) as store, home.lock():
        return trio.run(once)

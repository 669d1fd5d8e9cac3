"""One request to a hub on behalf of a command: by the running node, or else without one."""

from __future__ import annotations

import trio

from sayso_protocol.discovery.hub.carry_messages import CarryAnswer, CarryRequest
from sayso_protocol.discovery.hub.hub_limits import CARRY_SECONDS

from ...accounts.carriers import Carrier
from ...control.client import is_running, request
from ...home.directory import Home
from ...home.node_key import node_seed
from ...home.open_store import open_home

GRACE_SECONDS = 15.0
"""Beyond the exchange itself: the running node may have to dial."""


def request_of_hub(home: Home, carrier: Carrier, what: str) -> CarryAnswer:
    """Ask a hub for an account. Raises `NodeError`, `StoreError`."""
    if not is_running(home):
        asked = CarryRequest(what, carrier.account, carrier.proof)
        return _ask_without_node(home, carrier.address, asked)
    found = request(
        home,
        "carry",
        patience=CARRY_SECONDS + GRACE_SECONDS,
        address=carrier.address,
        what=what,
        account=carrier.account.hex(),
        proof=(carrier.proof or b"").hex(),
    )
    most = found["most"]
    return CarryAnswer(int(found["code"]), int(found["entries"]), int(found["bytes"]), most)


def _ask_without_node(home: Home, address: str, asked: CarryRequest) -> CarryAnswer:
    from ..hub.carrier_service import exchange_carry  # these bring the whole network along
    from ..reachability.home_privacy import privacy_of
    from ..run import networked

    async def once() -> CarryAnswer:
        async with networked(
            node_seed(home), store, (), lambda _: None, privacy=privacy_of(home)
        ) as (node, _nursery):
            return await exchange_carry(node.network, address, asked)

    with open_home(home) as store, home.lock():
        return trio.run(once)

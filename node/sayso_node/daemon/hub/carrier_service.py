"""Asking the hubs that the owner named to carry an account, whenever one is connected."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import trio

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.hub.carry_messages import (
    ASK,
    CARRY_PROTOCOL,
    CarryAnswer,
    CarryRequest,
    read_answer,
)
from sayso_protocol.discovery.hub.hub_limits import CARRY_SECONDS, MAX_CARRY_ANSWER
from sayso_protocol.errors import Refused
from sayso_protocol.translation import _

from ...accounts.carriers import Carrier, read_carriers
from ...errors import NodeError, PeerError
from ...home.directory import Home
from ...network.link import DialError, Network, UnsupportedProtocolError
from ...network.message_stream import receive_message, send_message
from ..node import Node

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0

AGAIN_SECONDS = 12 * 3600.0
"""How often a hub that carries is asked again: its owner may have changed his mind."""

RETRY_SECONDS = 600.0
"""How often one that did not answer, or refused, is."""


class CarrierService:
    """See the module; `run` until cancelled."""

    def __init__(self, home: Home, node: Node) -> None:
        self._home = home
        self._node = node
        self._due: dict[tuple[str, bytes], float] = {}
        self._told: dict[tuple[str, bytes], int] = {}

    async def run(self) -> None:
        """Stay connected to each, and ask it."""
        while True:
            for carrier in self._carriers():
                await self._node.keep(carrier.address)
                due = self._due.get((carrier.peer_id, carrier.account), 0.0)
                is_there = self._node.engine.session_with(carrier.peer_id) is not None
                if is_there and trio.current_time() >= due:
                    await self._ask(carrier)
            await trio.sleep(LOOK_SECONDS)

    async def answer(self, request: dict[str, Any]) -> Mapping[str, object]:
        """The request ``carry`` of the control socket: one exchange with a hub, now."""
        asked = CarryRequest(
            str(request.get("what")),
            bytes.fromhex(str(request.get("account"))),
            bytes.fromhex(str(request.get("proof") or "")) or None,
        )
        answer = await exchange_carry(self._node.network, str(request.get("address")), asked)
        return {
            "code": answer.code, "entries": answer.entries, "bytes": answer.size,
            "most": answer.most,
        }  # fmt: skip

    def _carriers(self) -> list[Carrier]:
        try:
            return read_carriers(self._home)
        except NodeError as error:
            log.warning("%s", error)
            return []

    async def _ask(self, carrier: Carrier) -> None:
        place, pause = (carrier.peer_id, carrier.account), RETRY_SECONDS
        try:
            request = CarryRequest(ASK, carrier.account, carrier.proof)
            answer = await exchange_carry(self._node.network, carrier.address, request)
        except PeerError as error:
            log.info("a hub does not say whether it carries: %s", error)
        else:
            pause = AGAIN_SECONDS if answer.is_carried else RETRY_SECONDS
            if self._told.get(place) != answer.code:
                self._told[place] = answer.code
                self._tell(carrier, answer)
        self._due[place] = trio.current_time() + pause

    def _tell(self, carrier: Carrier, answer: CarryAnswer) -> None:
        self._node.tell(
            {
                "event": "carried" if answer.is_carried else "not-carried",
                "peer": carrier.peer_id,
                "account": key_text(carrier.account),
                "detail": answer.words,
            }
        )


async def exchange_carry(network: Network, address: str, request: CarryRequest) -> CarryAnswer:
    """One request to a hub, and its answer. Raises `PeerError`."""
    try:
        with trio.fail_after(CARRY_SECONDS):
            link = await network.open_stream(address, CARRY_PROTOCOL)
            async with link.stream:
                await send_message(link.stream, request.to_bytes())
                return read_answer(await receive_message(link.stream, MAX_CARRY_ANSWER))
    except UnsupportedProtocolError as error:
        raise PeerError(_("{error}; is it a hub?").format(error=error)) from error
    except DialError as error:
        raise PeerError(str(error)) from error
    except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
        raise PeerError(_("the hub did not answer: try again later")) from error
    except Refused as error:
        raise PeerError(_("the hub did not answer as a hub does: name another one")) from error

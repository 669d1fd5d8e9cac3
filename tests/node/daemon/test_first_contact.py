"""First contact: whichever address answers first, what was tried, and how long it waits."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
import trio
from tests.budget import long

from sayso_node.daemon.invites.first_contact import FOUND_SECONDS, STAGGER_SECONDS, FirstContact
from sayso_node.daemon.node import Node
from sayso_node.errors import PeerError
from sayso_node.sync.engine import Engine
from sayso_node.sync.peer_connection import PeerConnection
from sayso_protocol.discovery.introduction import InviteReply
from sayso_protocol.discovery.multiaddr import Address
from sayso_storage.interface.store import StoreError

from ..support import Person, join, running, session_between

pytestmark = pytest.mark.trio

DEAD, MUTE, GOOD = (Address("ip4", f"192.0.2.{n}", 4001) for n in (1, 2, 3))


class Dialler:
    """The newcomer's node: real engines, and addresses that do as they are told."""

    progress = Node.progress

    def __init__(self, nursery: trio.Nursery, ada: Person, ben: Person) -> None:
        self.nursery = nursery
        self.engine, self.there = ben.engine(), ada.engine()
        self.dialled: list[tuple[str, float]] = []

    async def dial(self, address: str) -> PeerConnection:
        self.dialled.append((address, trio.current_time()))
        if str(DEAD) in address:
            raise PeerError(f"{DEAD} cannot be reached: connection refused")
        if str(MUTE) in address:
            await trio.sleep_forever()
        return await self.connect()

    async def connect(self) -> PeerConnection:
        join(self.nursery, self.engine, self.there)
        return await session_between(self.engine, self.there)


async def nothing_due() -> InviteReply | None:
    return None


async def met(
    where: list[Address], *, patience: float = 60.0, posts: int = 3, **more: Any
) -> tuple[FirstContact, Dialler, Person, Person]:
    """A contact that is over, with those who took part."""
    ada, ben = Person("ada"), Person("ben")
    ada.post(*(f"post {n}" for n in range(posts)))
    ben.follow(ada)
    async with trio.open_nursery() as nursery:
        node = Dialler(nursery, ada, ben)
        async with running(node.engine, node.there):
            introduce = more.pop("introduce", nothing_due)
            contact = FirstContact(node, ada.account, "ada", where, introduce)
            later = more.pop("later", None)
            if later is not None:
                nursery.start_soon(later, node)
            await contact.run(patience, **{"after_first": inf} | more)
            assert contact.is_over
        nursery.cancel_scope.cancel()
    return contact, node, ada, ben


async def test_all_posts_come_from_where_somebody_answers() -> None:
    contact, node, ada, ben = await met([GOOD])
    assert (contact.progress["state"], contact.progress["in_sync"]) == ("done", True)
    assert contact.progress["received"] == 4 and contact.progress["tried"] == []
    assert ben.texts_of(ada) == ["post 0", "post 1", "post 2"]
    assert [one for one, _ in node.dialled] == [f"{GOOD}/p2p/ada"]


@pytest.mark.parametrize("first", [DEAD, MUTE])
async def test_an_address_that_does_not_answer_holds_nobody_up(first: Address) -> None:
    contact, node, _, _ = await met([first, GOOD])
    assert contact.progress["in_sync"]
    (_, began), (_, then) = node.dialled
    assert then - began < STAGGER_SECONDS * 3
    tried = [one["detail"] for one in contact.progress["tried"]]
    assert tried == ([f"{DEAD} cannot be reached: connection refused"] if first is DEAD else [])


@pytest.mark.parametrize("where", [[], [DEAD], [DEAD, DEAD]])
async def test_where_nobody_answers_it_says_what_was_tried(where: list[Address]) -> None:
    contact, _, _, _ = await met(where)
    assert contact.progress["state"] == "failed" and contact.progress["addr"] is None
    assert len(contact.progress["tried"]) == len(where)


@long
async def test_a_node_that_goes_on_waits_for_whoever_is_found_in_the_room() -> None:
    async def later(node: Dialler) -> None:
        await trio.sleep(FOUND_SECONDS / 3)
        await node.connect()

    contact, _, ada, ben = await met([DEAD], later=later, after_first=3.0)
    assert contact.progress["state"] == "done" and len(ben.texts_of(ada)) == 3


@long
async def test_it_ends_when_its_time_is_up() -> None:
    began = trio.current_time()
    contact, _, _, _ = await met([MUTE], patience=0.5)
    assert trio.current_time() - began < 5
    assert contact.progress["state"] == "failed"


async def test_a_connection_that_is_made_anew_meanwhile_is_gone_on_with() -> None:
    async def later(node: Dialler) -> None:
        while not node.engine.sessions:
            await node.engine.sessions_changed.wait()
        await node.connect()

    contact, _, ada, ben = await met([GOOD], posts=400, later=later)
    assert contact.progress["in_sync"] and len(ben.texts_of(ada)) == 400


async def test_the_inviter_is_told_once_there_is_a_connection() -> None:
    told: list[float] = []

    async def introduce() -> InviteReply | None:
        told.append(trio.current_time())
        return InviteReply.FOLLOWED

    contact, node, _, _ = await met([DEAD, GOOD], introduce=introduce)
    assert contact.progress["reply"] is InviteReply.FOLLOWED
    assert len(told) == 1 and told[0] >= node.dialled[-1][1]
    contact, _, _, _ = await met([DEAD], introduce=introduce)
    assert contact.progress["reply"] is None and len(told) == 1


async def test_what_it_found_is_handed_on_with_the_peer() -> None:
    contact, _, ada, _ = await met([DEAD, GOOD])
    candidate = contact.candidate
    assert candidate.peer_id == "ada" and candidate.accounts == {ada.account}
    assert [one.peer_id for one in candidate.addresses] == ["ada", "ada"]


async def test_a_store_that_fails_at_the_beginning_does_not_end_the_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(_: Engine) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Engine, "refresh", fail)
    contact, *_ = await met([DEAD], patience=3)
    assert contact.progress["state"] == "failed"
    assert [one["addr"] for one in contact.progress["tried"]] == [f"{DEAD}/p2p/ada"]

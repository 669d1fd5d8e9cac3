"""The inviter's node: who is let in, who is not, what it costs, and that nothing else changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import trio
from tests.budget import long

from sayso_node.accounts.invites import make_invite
from sayso_node.clock import now_ms
from sayso_node.daemon.invites.invite_host import InviteHost
from sayso_node.filters.edit import block
from sayso_node.home.directory import Home
from sayso_node.network.link import DialError, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.introduction import (
    INVITE_PROTOCOL,
    InviteReply,
    read_reply,
    sign_introduction,
)
from sayso_protocol.discovery.invite_limits import GUESSES, MAX_INTRODUCTION
from sayso_protocol.discovery.peer_id import key_of_peer_id
from sayso_storage.interface.network.invite_records import OwnInvite

from ..network.transport.support import dialler, node
from ..support import Person


class Inviter:
    """A person whose node answers introductions on a real network."""

    def __init__(self, network: Network, home: Home) -> None:
        self.person = Person("ada")
        self.events: list[dict[str, Any]] = []
        self.network, self.home = network, home
        engine = self.person.engine(self.events)
        self.host = InviteHost(home, self.person.store, network, engine, self.events.append)

    def invite(self, **more: Any) -> OwnInvite:
        return make_invite(self.person.store, **{"expires_ms": None} | more)

    @property
    def follows(self) -> dict[bytes, str | None]:
        every = self.person.store.subscriptions()
        return {one.account: one.petname for one in every if one.followed}


@asynccontextmanager
async def inviter() -> AsyncIterator[Inviter]:
    with TemporaryDirectory() as place:
        async with node(1) as network:
            yield Inviter(network, Home(Path(place)))


def words(who: Person, token: bytes, there: Network, newcomer: Network) -> bytes:
    keys = (key_of_peer_id(one.peer_id) for one in (newcomer, there))
    return sign_introduction(who.feed_key, who.grant, token, *keys)


async def said(client: Network, ada: Inviter, data: bytes) -> InviteReply | None:
    """The reply to a message; None where the stream is ended without one."""
    link = await client.open_stream(ada.network.addresses[0], INVITE_PROTOCOL)
    with trio.fail_after(60):
        try:
            await send_message(link.stream, data)
            return read_reply(await receive_message(link.stream, MAX_INTRODUCTION))
        except trio.BrokenResourceError:
            return None
        finally:
            await trio.aclose_forcefully(link.stream)


async def introduced(ada: Inviter, who: Person, token: bytes, number: int) -> InviteReply | None:
    async with dialler(number) as client:
        return await said(client, ada, words(who, token, ada.network, client))


async def test_who_is_invited_is_followed_if_the_owner_said_so() -> None:
    ben, cat = Person("ben"), Person("cat")
    async with inviter() as ada:
        back, plain = ada.invite(follow_back=True, name="ben"), ada.invite()
        assert await introduced(ada, ben, back.token, 2) is InviteReply.FOLLOWED
        assert await introduced(ada, cat, plain.token, 3) is InviteReply.WELCOME
        assert ada.follows == {ben.account: "ben"}
        told = [one for one in ada.events if one["event"] == "guest"]
        assert [(one["account"], one["followed"]) for one in told] == [
            (key_text(ben.account), True),
            (key_text(cat.account), False),
        ]


async def test_an_answer_that_was_lost_is_given_again_and_nothing_is_told_twice() -> None:
    ben = Person("ben")
    async with inviter() as ada:
        invite = ada.invite(follow_back=True, once=True)
        for _ in range(3):
            assert await introduced(ada, ben, invite.token, 2) is InviteReply.FOLLOWED
        assert len([one for one in ada.events if one["event"] == "guest"]) == 1
        ada.person.store.unfollow(ben.account)
        assert await introduced(ada, ben, invite.token, 2) is InviteReply.FOLLOWED
        assert ada.follows == {}  # the owner's later word stands


async def test_what_has_ended_is_said_in_a_word() -> None:
    ben, cat = Person("ben"), Person("cat")
    async with inviter() as ada:
        once, revoked = ada.invite(once=True), ada.invite(follow_back=True)
        expired = ada.invite(follow_back=True, expires_ms=now_ms() - 1)
        ada.person.store.revoke_invite(revoked.token, now_ms())
        assert await introduced(ada, ben, once.token, 2) is InviteReply.WELCOME
        replies = [
            await introduced(ada, cat, token, 3)
            for token in (once.token, revoked.token, expired.token, b"no one")
        ]
        assert replies == ["used", "revoked", "expired", "unknown"]
        assert ada.follows == {}


async def test_a_name_that_stands_for_somebody_else_is_not_given_again() -> None:
    ben, cat = Person("ben"), Person("cat")
    async with inviter() as ada:
        ada.person.store.follow(cat.account, "Ben", 1)
        invite = ada.invite(follow_back=True, name="ben")
        await introduced(ada, ben, invite.token, 2)
        assert ada.follows == {cat.account: "Ben", ben.account: None}


async def test_the_owner_is_no_guest_of_his_own() -> None:
    async with inviter() as ada:
        invite = ada.invite(follow_back=True, once=True)
        assert await introduced(ada, ada.person, invite.token, 2) is InviteReply.FOLLOWED
        assert ada.follows == {} and ada.person.store.guests() == []


async def test_who_is_blocked_is_no_guest_whatever_he_has() -> None:
    ben, cat = Person("ben"), Person("cat")
    async with inviter() as ada:
        invite = ada.invite(follow_back=True)
        block(ada.home, ada.person.store, ben.account)
        assert await introduced(ada, ben, invite.token, 2) is InviteReply.REVOKED
        assert ada.follows == {} and ada.person.store.guests() == []
        assert await introduced(ada, cat, invite.token, 3) is InviteReply.FOLLOWED


async def test_rules_with_a_mistake_let_nobody_in_before_they_are_mended() -> None:
    ben = Person("ben")
    async with inviter() as ada:
        invite = ada.invite(follow_back=True)
        ada.home.filters.write_text("[[rule]]\naction = 'no such thing'\n")
        ada.home.filters.chmod(0o600)
        assert await introduced(ada, ben, invite.token, 2) is InviteReply.LATER
        assert ada.follows == {}
        ada.home.filters.unlink()
        assert await introduced(ada, ben, invite.token, 2) is InviteReply.FOLLOWED


async def test_nobody_speaks_for_another() -> None:
    """What one node was told is worth nothing by another, nor of another account."""
    ben, mallory = Person("ben"), Person("mallory")
    async with inviter() as ada, dialler(2) as client, dialler(3) as thief:
        invite = ada.invite(follow_back=True)
        heard = words(ben, invite.token, ada.network, client)
        assert await said(thief, ada, heard) is None
        keys = [key_of_peer_id(one.peer_id) for one in (thief, ada.network)]
        forged = sign_introduction(mallory.feed_key, ben.grant, invite.token, *keys)
        assert await said(thief, ada, forged) is None
        assert ada.follows == {} and ada.person.store.guests() == []
        assert await said(client, ada, heard) is InviteReply.FOLLOWED


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\x91\x01", bytes(MAX_INTRODUCTION), bytes(MAX_INTRODUCTION + 1)),
        encode([1, b"token!", b"", bytes(64)]),
        encode([2, b"token!", b"", bytes(64)]),
        encode(["followed"]),
    ],
)
async def test_anything_else_ends_the_stream_and_changes_nothing(data: bytes) -> None:
    ben = Person("ben")
    async with inviter() as ada, dialler(2) as client:
        invite = ada.invite(follow_back=True)
        assert await said(client, ada, data) is None
        assert ada.follows == {}
        reply = await said(client, ada, words(ben, invite.token, ada.network, client))
        assert reply is InviteReply.FOLLOWED


@long
async def test_guesses_are_bounded_and_the_right_token_is_not_one() -> None:
    """On loopback all share one name, as a household does."""
    mallory, ben = Person("mallory"), Person("ben")
    async with inviter() as ada, dialler(2) as client:
        invite = ada.invite(follow_back=True)
        replies = []
        for number in range(int(GUESSES) + 5):
            token = number.to_bytes(6, "big")
            replies.append(await said(client, ada, words(mallory, token, ada.network, client)))
        assert replies.count(InviteReply.UNKNOWN) in (GUESSES, GUESSES + 1)
        assert replies[-1] is InviteReply.LATER
        assert ada.host.refused >= 4
        assert await introduced(ada, ben, invite.token, 3) is InviteReply.LATER
        ada.host._guesses._networks.clear()  # as time does
        for _ in range(30):
            assert await introduced(ada, ben, invite.token, 3) is InviteReply.FOLLOWED


@long
async def test_whoever_opens_many_streams_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_node.daemon.invites.invite_host.INTRODUCTION_SECONDS", 0.5)
    ben = Person("ben")
    async with inviter() as ada, dialler(2) as client:
        links = []
        for _ in range(8):
            with suppress(DialError):
                address = ada.network.addresses[0]
                links.append(await client.open_stream(address, INVITE_PROTOCOL))
        await trio.sleep(0.7)  # all that stood open are ended
        for link in links:
            with pytest.raises((trio.BrokenResourceError, AssertionError)):
                assert await link.stream.receive_some() != b""
        invite = ada.invite()
        reply = await introduced(ada, ben, invite.token, 3)
        assert reply is InviteReply.WELCOME

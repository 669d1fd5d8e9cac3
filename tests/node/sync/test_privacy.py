"""Whom one follows stays one's own: what a peer sees that does not carry the accounts."""

from __future__ import annotations

import trio
import trio.testing
from tests.budget import long

from sayso_node.clock import now_ms
from sayso_node.network.link import Link
from sayso_protocol.crypto.hashing import blinded
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.wire.frame_codec import decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import Hello, Synced, Want

from ..support import Person, running


async def frames_seen_by_a_stranger(person: Person) -> tuple[bytes, list]:
    """Everything that a peer gets to see which says hello, wants nothing and carries nothing."""
    engine = person.engine()
    here, there = trio.testing.memory_stream_pair()
    seen = bytearray()
    async with running(engine) as nursery:
        nursery.start_soon(engine.serve, Link("eavesdropper", "/memory", False, here))
        await there.send_all(encode_frame(Hello(1, "eavesdropper", bytes(16))))
        want = Want(day_of(now_ms()), [], False, bytes(16))
        await there.send_all(encode_frame(want) + encode_frame(Synced()))
        with trio.move_on_after(0.5):
            while True:
                seen += await there.receive_some(65536)
    frames, at = [], 0
    while at < len(seen):
        size = int.from_bytes(seen[at : at + 4], "big")
        frames.append(decode_frame(bytes(seen[at + 4 : at + 4 + size])))
        at += 4 + size
    return bytes(seen), frames


@long
async def test_a_stranger_cannot_list_whom_a_node_follows() -> None:
    ann = Person("ann")
    followed = [Person(f"followed {n}") for n in range(20)]
    for person in followed:
        ann.follow(person)
    seen, frames = await frames_seen_by_a_stranger(ann)
    assert any(isinstance(frame, Want) and len(frame.blinds) == 21 for frame in frames)
    for person in [*followed, ann]:
        for name in (person.account, person.feed, key_text(person.account).encode()):
            assert name not in seen


async def test_the_same_follows_look_different_on_another_day() -> None:
    account = Person("followed").account
    names = {blinded(account, day) for day in range(20_000, 20_100)}
    assert len(names) == 100


@long
async def test_who_knows_an_account_learns_just_that_it_is_wanted() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    ann.follow(ben)
    ann.follow(cid)
    _, frames = await frames_seen_by_a_stranger(ann)
    (want,) = [frame for frame in frames if isinstance(frame, Want)]
    recognised = {blinded(ben.account, want.day)} & set(want.blinds)
    assert len(recognised) == 1
    others = set(want.blinds) - recognised
    assert all(cid.account not in name and len(name) == 8 for name in others)

"""Devices and random bytes for tests of private messages."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sayso_protocol.private.agreement import Device, agree_as_called, agree_as_caller
from sayso_protocol.private.ratchet import Random, Ratchet, public_key


@dataclass(frozen=True)
class Person:
    """One device with its secrets."""

    device: Device
    identity: bytes
    week: bytes


def source(seed: object) -> Random:
    return random.Random(repr(seed)).randbytes


def person(draw: Random, account: bytes | None = None) -> Person:
    identity, week = draw(32), draw(32)
    device = Device(account or draw(32), draw(32), public_key(identity), public_key(week))
    return Person(device, identity, week)


def pair(draw: Random) -> tuple[Ratchet, Ratchet]:
    """Caller and called."""
    one, two = person(draw), person(draw)
    first = draw(32)
    mine = agree_as_caller(one.device, one.identity, two.device, first, public_key(first))
    theirs = agree_as_called(two.device, two.identity, two.week, one.device, public_key(first))
    assert mine == theirs and mine.pair_secret == theirs.pair_secret
    caller = Ratchet.initiate(mine.shared, two.device.week, mine.bound, draw)
    return caller, Ratchet.respond(theirs.shared, two.week, theirs.bound)

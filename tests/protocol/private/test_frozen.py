"""Frozen bytes of the agreement, the sealed knock and the ratchet: what devices out there hold and
send. They come of the prototype that the design was tried with, which shares no line with this."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from sayso_protocol.codec import encode
from sayso_protocol.private.agreement import agree_as_called
from sayso_protocol.private.ratchet import Ratchet
from sayso_protocol.private.sealed_knock import read_knock, write_knock

from .people import person, source

VECTORS = Path(__file__).with_name("frozen.json")


def made() -> dict[str, object]:
    """All that is frozen, from fixed random bytes."""
    draw = source("frozen")
    me, reader = person(draw), draw(32)
    others = [person(draw, reader) for _ in range(3)]
    content = b"what a stranger says " * 20
    devices = [one.device for one in others]
    knock = write_knock(me.device, me.identity, devices, content, draw)
    for one, agreed in zip(others, knock.agreements, strict=True):
        got = read_knock(one.device, one.identity, one.week, knock.letter)
        assert (got.content, got.agreement) == (content, agreed)
        assert agreed == agree_as_called(
            one.device, one.identity, one.week, me.device, knock.first_key
        )
    agreed, one = knock.agreements[1], others[1]
    caller = Ratchet.initiate(agreed.shared, one.device.week, agreed.bound, draw)
    called = Ratchet.respond(agreed.shared, one.week, agreed.bound)
    letters: list[str] = []
    for turn in range(3):
        for count in range(3):
            letter = caller.encrypt(b"%d %d" % (turn, count), draw)
            if count != 1:
                called.decrypt(letter, turn, draw)
            letters.append(letter.hex())
        caller, called = called, caller
    return {
        "about": "X3DH without one-time prekeys, the sealed knock, the double ratchet; see "
        "test_frozen.py for what is drawn and said",
        "identity": me.device.identity.hex(),
        "week": one.device.week.hex(),
        "bound": agreed.bound.hex(),
        "shared": agreed.shared.hex(),
        "pair_secret": agreed.pair_secret.hex(),
        "knock": knock.letter.hex(),
        "letters": letters,
        "state": encode(called.pack()).hex(),
    }


def test_the_bytes_are_those_that_are_out_there() -> None:
    assert made() == json.loads(VECTORS.read_text(encoding="ascii"))


def test_the_file_is_frozen() -> None:
    assert sha256(VECTORS.read_bytes()).hexdigest() == FROZEN


FROZEN = "2f8ad20f97b87b7ea3b0ab5bef9231d8e44c5d3a9c1407526aa894c254445b59"

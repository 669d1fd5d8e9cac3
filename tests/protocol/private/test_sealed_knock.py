from __future__ import annotations

import pytest

from sayso_protocol.codec import Value, encode
from sayso_protocol.errors import TooLarge
from sayso_protocol.private import sealed_knock
from sayso_protocol.private.agreement import Device
from sayso_protocol.private.ratchet import Ratchet, Undecryptable
from sayso_protocol.private.sealed_knock import OpenedKnock, first_key_of, read_knock, write_knock

from .people import Person, person, source


def opened(one: Person, letter: bytes) -> OpenedKnock:
    return read_knock(one.device, one.identity, one.week, letter)


def test_one_letter_calls_all_devices_and_hides_the_caller() -> None:
    draw = source(1)
    me, reader = person(draw), draw(32)
    theirs = [person(draw, reader) for _ in range(16)]
    others = [one.device for one in theirs]
    knock = write_knock(me.device, me.identity, others, b"x" * 4096, draw)
    assert len(knock.letter) == 8192 and first_key_of(knock.letter) == knock.first_key
    for one, agreement in zip(theirs, knock.agreements, strict=True):
        got = opened(one, knock.letter)
        names = got.account, got.feed, got.identity
        assert names == (me.device.account, me.device.feed, me.device.identity)
        assert (got.content, got.first_key) == (b"x" * 4096, knock.first_key)
        assert got.agreement == agreement
        mine = Ratchet.initiate(agreement.shared, one.device.week, agreement.bound, draw)
        its = Ratchet.respond(got.agreement.shared, one.week, got.agreement.bound)
        assert its.decrypt(mine.encrypt(b"first", draw), 0, draw) == b"first"
    assert len({one.pair_secret for one in knock.agreements}) == 16
    for name in (*names, reader, others[0].week, others[0].identity, others[0].feed):
        assert name not in knock.letter


def test_a_short_one_has_two_kibibytes_and_says_nothing_of_its_length() -> None:
    draw = source(2)
    me, one = person(draw), person(draw)
    sizes = {len(write_knock(me.device, me.identity, [one.device], bytes(n), draw).letter)
             for n in (0, 1, 300, 1000)}  # fmt: skip
    assert sizes == {2048}


def test_it_opens_for_nobody_else() -> None:
    draw = source(3)
    me, one = person(draw), person(draw)
    letter = write_knock(me.device, me.identity, [one.device], b"hello", draw).letter
    for other in (me, person(draw, one.device.account)):
        with pytest.raises(Undecryptable):
            opened(other, letter)


def test_no_bit_may_change() -> None:
    draw = source(4)
    me, one = person(draw), person(draw)
    two = person(draw, one.device.account)
    others = [one.device, two.device]
    letter = write_knock(me.device, me.identity, others, b"hello", draw).letter
    for bit in range(0, len(letter) * 8, 101):
        spoilt = bytearray(letter)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Undecryptable):
            opened(two, bytes(spoilt))


def test_a_forged_caller_is_refused() -> None:
    draw = source(5)
    me, one, liar = person(draw), person(draw), draw(32)
    letter = write_knock(me.device, liar, [one.device], b"lie", draw).letter
    with pytest.raises(Undecryptable, match="not from whom"):
        opened(one, letter)


def test_a_reader_cannot_change_what_his_other_device_reads() -> None:
    """The check binds the content to the caller: who has the content key cannot use it."""
    draw = source(6)
    me, one = person(draw), person(draw)
    two = person(draw, one.device.account)
    honest = write_knock(me.device, me.identity, [one.device, two.device], b"yes", draw)
    with pytest.raises(Undecryptable):
        opened(two, honest.letter[:-1] + bytes([honest.letter[-1] ^ 1]))
    # Made anew by `one`, who knows all that is public of the caller, but not his identity.
    forged = write_knock(me.device, one.identity, [two.device], b"no", draw)
    with pytest.raises(Undecryptable):
        opened(two, forged.letter)


def test_bounds() -> None:
    draw = source(7)
    me, one = person(draw), person(draw)
    for count in (0, 17):
        with pytest.raises(ValueError, match="sixteen"):
            write_knock(me.device, me.identity, [one.device] * count, b"", draw)
    with pytest.raises(TooLarge):
        write_knock(me.device, me.identity, [one.device], bytes(8192), draw)
    weak = Device(one.device.account, one.device.feed, one.device.identity, bytes(32))
    with pytest.raises(Undecryptable):
        write_knock(me.device, me.identity, [weak], b"", draw)
    letter = write_knock(me.device, me.identity, [one.device], b"", draw).letter
    for size in (0, 31, 512, 2047, 32768):
        with pytest.raises(Undecryptable):
            opened(one, letter.ljust(size, b"\0")[:size])
    for count in (0, 17, 255):
        with pytest.raises(Undecryptable):
            opened(one, letter[:32] + bytes([count]) + letter[33:])


@pytest.mark.parametrize(
    "inner",
    [
        None,
        [[b"a" * 32, b"f" * 32], bytes(16), b""],
        [[b"a" * 32, b"f" * 32, b"i" * 31], bytes(16), b""],
        [[b"a" * 32, b"f" * 32, b"i" * 32], bytes(15), b""],
        [[b"a" * 32, b"f" * 32, b"i" * 32], bytes(32), b""],
        [[b"a" * 32, b"f" * 32, b"i" * 32], bytes(16), "text"],
        [[b"a" * 32, b"f" * 32, bytes(32)], bytes(16), b""],
    ],
)
def test_what_is_sealed_and_no_knock_is_refused(
    monkeypatch: pytest.MonkeyPatch, inner: Value
) -> None:
    draw = source(8)
    me, one = person(draw), person(draw)
    monkeypatch.setattr(sealed_knock, "encode", lambda _: encode(inner))
    letter = write_knock(me.device, me.identity, [one.device], b"", draw).letter
    with pytest.raises(Undecryptable):
        opened(one, letter)


def test_between_the_sizes_there_is_none() -> None:
    draw = source(9)
    me, one = person(draw), person(draw)
    sizes = {len(write_knock(me.device, me.identity, [one.device], bytes(n), draw).letter)
             for n in range(1500, 8000, 500)}  # fmt: skip
    assert sizes == {2048, 8192}
    with pytest.raises(TooLarge):
        write_knock(me.device, me.identity, [one.device], bytes(9000), draw)


def test_names_and_checks_have_their_length_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is bound to is their bytes one after the other, where a border could be moved."""
    draw = source(10)
    me, one = person(draw), person(draw)

    def moved(value: Value) -> bytes:
        (account, feed, identity), checks, content = value
        return encode([[account[:31], account[31:] + feed, identity], checks, content])

    def longer(value: Value) -> bytes:
        names, checks, content = value
        return encode([names, checks + bytes(16), content])

    for change in (moved, longer):
        monkeypatch.setattr(sealed_knock, "encode", change)
        letter = write_knock(me.device, me.identity, [one.device], b"", draw).letter
        with pytest.raises(Undecryptable, match="what a knock says"):
            opened(one, letter)

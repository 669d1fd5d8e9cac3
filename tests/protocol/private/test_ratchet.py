from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.errors import BadShape, Refused, UnknownVersion
from sayso_protocol.private.private_limits import KEPT_MS, MAX_KEPT, MAX_SKIP
from sayso_protocol.private.ratchet import (
    OVERHEAD,
    Ratchet,
    TooFarAhead,
    Undecryptable,
    public_key,
    seal,
    shared_secret,
    unseal,
)

from .people import pair, person, source


def packed(one: Ratchet) -> bytes:
    return encode(one.pack())


def test_a_letter_is_read_once() -> None:
    draw = source(1)
    caller, called = pair(draw)
    letter = caller.encrypt(b"hello", draw)
    assert len(letter) == len(b"hello") + OVERHEAD
    assert called.decrypt(letter, 0, draw) == b"hello"
    with pytest.raises(Undecryptable):
        called.decrypt(letter, 0, draw)


def test_who_was_called_speaks_second() -> None:
    draw = source(2)
    caller, called = pair(draw)
    assert caller.can_send and not called.can_send and not caller.is_answered
    with pytest.raises(ValueError, match="second"):
        called.encrypt(b"", draw)
    called.decrypt(caller.encrypt(b"", draw), 0, draw)
    assert called.can_send and called.is_answered
    caller.decrypt(called.encrypt(b"", draw), 0, draw)
    assert caller.is_answered


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_lost_doubled_or_reordered_all_else_is_read_once(seed: int) -> None:
    dice, draw = random.Random(seed), source(seed)
    sides = list(pair(draw))
    stranger = pair(draw)[1]
    air: list[tuple[int, bytes, bytes]] = []
    got: set[bytes] = set()
    for step in range(200):
        if dice.random() < 0.5 or not air:
            who = dice.randrange(2)
            if not sides[who].can_send:
                continue
            text = b"%d from %d" % (step, who)
            letter = sides[who].encrypt(text, draw)
            air += [(1 - who, text, letter)] * dice.choice((0, 1, 1, 1, 2))
            continue
        who, text, letter = air.pop(dice.randrange(min(len(air), 12)))
        if dice.random() < 0.2:
            sides[who] = Ratchet.unpack(decode(packed(sides[who])))
        if dice.random() < 0.2:
            spoilt = bytearray(letter)
            spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
            before = packed(sides[who])
            with pytest.raises(Undecryptable):
                sides[who].decrypt(bytes(spoilt), 0, draw)
            assert packed(sides[who]) == before
        with pytest.raises(Undecryptable):
            stranger.decrypt(letter, 0, draw)
        if text in got:
            with pytest.raises(Undecryptable):
                sides[who].decrypt(letter, 0, draw)
        else:
            assert sides[who].decrypt(letter, 0, draw) == text
            got.add(text)
    assert len(got) > 40


def test_keys_of_missing_letters_are_bounded_in_number_and_age() -> None:
    draw = source(3)
    caller, called = pair(draw)
    letters = [caller.encrypt(b"%d" % number, draw) for number in range(1600)]
    assert called.decrypt(letters[MAX_SKIP], 7, draw) == b"%d" % MAX_SKIP
    before = packed(called)
    with pytest.raises(TooFarAhead):
        called.decrypt(letters[2 * MAX_SKIP + 2], 7, draw)
    assert packed(called) == before
    assert called.decrypt(letters[2 * MAX_SKIP + 1], 8, draw) == b"%d" % (2 * MAX_SKIP + 1)
    assert len(called.skipped) == MAX_KEPT == 1024
    called.decrypt(letters[1100], 9, draw)
    assert len(called.skipped) == MAX_KEPT
    with pytest.raises(Undecryptable, match="gone"):
        called.decrypt(letters[0], 9, draw)
    assert called.decrypt(letters[700], 9, draw) == b"700"
    assert len(packed(called)) < 80_000
    called.forget(8 + KEPT_MS - 1)
    assert called.skipped
    called.forget(9 + KEPT_MS)
    assert not called.skipped


def test_the_limit_holds_over_a_turn() -> None:
    draw = source(4)
    caller, called = pair(draw)
    called.decrypt(caller.encrypt(b"", draw), 0, draw)
    lost = [caller.encrypt(b"", draw) for _ in range(300)]
    caller.decrypt(called.encrypt(b"", draw), 0, draw)
    again = [caller.encrypt(b"%d" % number, draw) for number in range(300)]
    with pytest.raises(TooFarAhead):
        called.decrypt(again[MAX_SKIP - 300 + 1], 0, draw)
    assert called.decrypt(again[MAX_SKIP - 300], 0, draw) == b"212"
    assert called.decrypt(lost[5], 0, draw) == b""


def test_keys_turn_with_each_answer() -> None:
    """Who copied the state of one end reads nothing of what comes after both have spoken."""
    draw = source(5)
    caller, called = pair(draw)
    called.decrypt(caller.encrypt(b"", draw), 0, draw)
    thief = Ratchet.unpack(called.pack())
    for _ in range(2):
        caller.decrypt(called.encrypt(b"", draw), 0, draw)
        called.decrypt(caller.encrypt(b"", draw), 0, draw)
    letter = caller.encrypt(b"secret", draw)
    with pytest.raises(Undecryptable):
        thief.decrypt(letter, 0, draw)
    assert called.decrypt(letter, 0, draw) == b"secret"


def test_what_was_read_is_not_read_with_the_state_after_it() -> None:
    draw = source(6)
    caller, called = pair(draw)
    letters = [caller.encrypt(b"%d" % number, draw) for number in range(3)]
    called.decrypt(letters[2], 0, draw)
    called.decrypt(letters[0], 0, draw)
    for letter in (letters[0], letters[2]):
        with pytest.raises(Undecryptable):
            Ratchet.unpack(called.pack()).decrypt(letter, 0, draw)
    assert called.decrypt(letters[1], 0, draw) == b"1"


@pytest.mark.parametrize("size", [0, 1, OVERHEAD - 1, OVERHEAD, 512])
def test_what_is_no_letter_is_refused(size: int) -> None:
    draw = source(7)
    caller, called = pair(draw)
    for end in (caller, called):
        before = packed(end)
        with pytest.raises(Undecryptable):
            end.decrypt(bytes(size), 0, draw)
        assert packed(end) == before


def test_keys_of_small_order_agree_with_nobody() -> None:
    for point in (bytes(32), b"\1" + bytes(31), bytes(31), b""):
        with pytest.raises(Undecryptable):
            shared_secret(b"\7" * 32, point)


def _state() -> list[Value]:
    draw = source(8)
    caller, called = pair(draw)
    caller.encrypt(b"", draw)
    called.decrypt(caller.encrypt(b"", draw), 5, draw)
    value = called.pack()
    assert isinstance(value, list) and Ratchet.unpack(value).pack() == value
    return value


def _with(place: int, value: Value) -> Callable[[list[Value]], Value]:
    return lambda state: [*state[:place], value, *state[place + 1 :]]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: None,
        lambda state: [],
        lambda state: state[:-1],
        lambda state: [*state, None],
        *(_with(place, value) for place in range(1, 11) for value in (b"", bytes(33), 7, "x")),
        *(_with(place, None) for place in (1, 2, 3, 9, 10)),
        *(_with(place, None) for place in (5, 6, 7, 8)),
        *(_with(place, value) for place in (11, 12, 13) for value in (-1, 2**32, True, b"")),
        _with(14, None),
        _with(14, [[bytes(32), 1, bytes(32), 0]] * 2),
        _with(14, [[bytes(32), 1, bytes(32)]]),
        _with(14, [[bytes(32), -1, bytes(32), 0]]),
        _with(14, [[bytes(31), 1, bytes(32), 0]]),
        _with(14, [[bytes(32), 1, bytes(32), 2**53]]),
        _with(14, [[bytes(32), n, bytes(32), 0] for n in range(MAX_KEPT + 1)]),
    ],
)
def test_a_state_of_another_shape_is_refused(spoil: Callable[[list[Value]], Value]) -> None:
    with pytest.raises(BadShape):
        Ratchet.unpack(spoil(_state()))


@pytest.mark.parametrize(
    "change",
    [
        *(_with(place, 2**32 - 1) for place in (11, 12, 13)),
        _with(14, [[bytes(32), 2**32 - 1, bytes(32), 2**53 - 1]]),
        _with(14, [[bytes(32), n, bytes(32), 0] for n in range(MAX_KEPT)]),
    ],
)
def test_what_lies_just_within_the_limits_is_read(change: Callable[[list[Value]], Value]) -> None:
    state = change(_state())
    assert Ratchet.unpack(state).pack() == state


def test_what_is_shorter_than_a_tag_opens_with_no_key() -> None:
    for size in (0, 15):
        assert unseal(bytes(size), b"", bytes(24), bytes(32)) is None
    empty = seal(b"", b"bound", bytes(24), bytes(32))
    assert unseal(empty, b"bound", bytes(24), bytes(32)) == b""
    assert unseal(empty, b"other", bytes(24), bytes(32)) is None
    assert unseal(empty, b"bound", bytes(24), None) is None


def test_a_number_is_read_whole() -> None:
    """Not its last bytes alone: a key that was skipped opens no letter of another number."""
    draw = source(11)
    caller, called = pair(draw)
    caller.chains = replace(caller.chains, sent=2**24)
    far = caller.encrypt(b"far", draw)
    with pytest.raises(TooFarAhead):
        called.decrypt(far, 0, draw)
    caller.chains = replace(caller.chains, sent=1)
    called.decrypt(caller.encrypt(b"near", draw), 0, draw)
    assert [number for _, number in called.skipped] == [0]
    with pytest.raises(TooFarAhead):
        called.decrypt(far, 0, draw)


def test_the_key_of_the_other_end_is_kept() -> None:
    draw = source(12)
    one, two = person(draw), person(draw)
    assert Ratchet.initiate(bytes(32), two.device.week, bytes(32), draw).chains.their == (
        two.device.week
    )
    assert Ratchet.respond(bytes(32), one.week, bytes(32)).chains.their is None
    caller, called = pair(draw)
    called.decrypt(caller.encrypt(b"", draw), 0, draw)
    assert called.chains.their == public_key(caller.chains.own)


def test_a_state_of_another_version_is_refused() -> None:
    for version in (0, 2, True, None):
        with pytest.raises(UnknownVersion):
            Ratchet.unpack([version, *_state()[1:]])


def test_no_secret_is_shown() -> None:
    one = pair(source(9))[0]
    assert repr(one) == "Ratchet(chains=Chains(sent=0, taken=0))"
    assert issubclass(Undecryptable, Refused)


def test_a_first_chain_has_none_before_it() -> None:
    draw = source(10)
    caller, called = pair(draw)
    caller.chains = replace(caller.chains, sent_before=1)
    before = packed(called)
    with pytest.raises(Undecryptable, match="never was"):
        called.decrypt(caller.encrypt(b"", draw), 0, draw)
    assert packed(called) == before


def test_keys_of_another_length_agree_with_nobody() -> None:
    for secret, public in ((b"\7" * 31, b"\x09" + bytes(31)), (b"\7" * 32, bytes(33))):
        with pytest.raises(Undecryptable, match="length"):
            shared_secret(secret, public)

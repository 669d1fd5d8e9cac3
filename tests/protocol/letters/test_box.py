"""Names of boxes and letters, padding and stamps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.errors import BadShape, TooLarge
from sayso_protocol.letters.box import day_at, door_box, letter_id, pair_key, secret_box
from sayso_protocol.letters.padding import LETTER_SIZES, pad, unpad
from sayso_protocol.letters.stamp import Mint, stamp_bits

ACCOUNT = bytes(range(32))
SECRET = bytes(range(32, 64))


def test_a_day_begins_at_midnight() -> None:
    assert (day_at(20_000 * 86_400_000 - 1), day_at(20_000 * 86_400_000)) == (19_999, 20_000)


def test_the_names_of_boxes_change_with_each_of_their_parts() -> None:
    doors = {door_box(one, day) for one in (ACCOUNT, SECRET) for day in (1, 2, 256)}
    pairs = {
        secret_box(pair_key(one, day, way).public)
        for one in (ACCOUNT, SECRET)
        for day in (1, 2)
        for way in (0, 1)
    }
    assert len(doors) == 6
    assert len(pairs) == 8
    assert all(len(box) == 16 for box in doors | pairs)


def test_a_letter_has_another_id_in_another_box() -> None:
    assert letter_id(b"a" * 16, bytes(512)) != letter_id(b"b" * 16, bytes(512))


@given(st.binary(max_size=9000), st.integers(0, 200))
def test_what_is_padded_comes_back_and_has_one_of_the_sizes(content: bytes, overhead: int) -> None:
    padded = pad(content, overhead)
    assert len(padded) + overhead in LETTER_SIZES
    assert unpad(padded) == content


def test_what_no_letter_holds_is_refused() -> None:
    assert len(pad(bytes(32_768 - 100), 96)) == 32_768 - 96
    with pytest.raises(TooLarge):
        pad(bytes(32_768 - 99), 96)


@pytest.mark.parametrize(
    "padded", [b"", b"\0\0", b"\0\0\0\2a", b"\xff" * 512, pad(b"a", 0)[:-1] + b"b"]
)
def test_what_is_not_padded_so_is_refused(padded: bytes) -> None:
    with pytest.raises(BadShape):
        unpad(padded)


def test_a_stamp_is_found_in_slices_and_worth_what_was_asked() -> None:
    box = door_box(ACCOUNT, 20_000)
    name = letter_id(box, bytes(2048))
    mint, slices = Mint(box, name, 12), 0
    while mint.run(7) is None:
        slices += 1
    assert slices > 1
    assert mint.stamp is not None
    assert stamp_bits(box, name, mint.stamp) >= 12
    assert mint.run() == mint.stamp
    assert Mint(box, name, 12).run(10**6) == mint.stamp, "slices change nothing"
    assert all(stamp_bits(box, name, one) < 12 for one in range(mint.stamp))


def test_a_stamp_is_worth_nothing_for_another_box_or_letter() -> None:
    box, name = door_box(ACCOUNT, 20_000), bytes(16)
    stamp = Mint(box, name, 14).run(10**7)
    assert stamp is not None
    assert stamp_bits(door_box(ACCOUNT, 20_001), name, stamp) < 14
    assert stamp_bits(box, b"\1" * 16, stamp) < 14


def test_a_search_goes_round_at_the_last_number_and_refuses_absurd_prices() -> None:
    mint = Mint(bytes(16), bytes(16), 16, 2**64 - 1)
    mint.run(2)
    assert mint.next == 1
    with pytest.raises(ValueError, match="price"):
        Mint(bytes(16), bytes(16), 65)

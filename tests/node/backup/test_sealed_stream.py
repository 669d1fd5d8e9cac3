"""Sealed files: whatever was changed, cut or added is noticed, and memory stays small."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_node.backup.sealed_stream import PIECE, SealedReader, SealedWriter
from sayso_node.errors import BackupError, KeystoreError, NodeError

SECRET = b"the account's seed"


def sealed(data: bytes, passphrase: bytes | None = None) -> bytes:
    parts: list[bytes] = []
    writer = SealedWriter(parts.append, passphrase)
    for at in range(0, len(data), 50_000):
        writer.write(data[at : at + 50_000])
    writer.finish()
    assert writer.size == sum(map(len, parts))
    return b"".join(parts)


def opened(data: bytes, passphrase: bytes | None = None) -> bytes:
    reader = SealedReader(io.BytesIO(data), passphrase)
    parts = list(iter(lambda: reader.read(10_000), b""))
    return b"".join(parts)


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_is_read_back(size: int, passphrase: bytes | None) -> None:
    data = bytes(n * 31 % 256 for n in range(size))
    assert opened(sealed(data, passphrase), passphrase) == data


def test_nothing_shows_through() -> None:
    assert SECRET not in sealed(SECRET * 100, b"open sesame")
    assert sealed(b"x", b"open sesame") != sealed(b"x", b"open sesame")


@pytest.mark.parametrize("passphrase", [None, b"", b"wrong"])
def test_it_opens_to_its_passphrase_only(passphrase: bytes | None) -> None:
    with pytest.raises(BackupError, match="passphrase"):
        opened(sealed(b"x", b"open sesame"), passphrase)


@given(st.data())
@examples(150, deadline=None)
def test_no_damage_goes_unnoticed(data: st.DataObject) -> None:
    whole = sealed(bytes(2 * PIECE))
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
    for damaged in (flipped, whole[:at], whole + b"x", whole + whole):
        with pytest.raises(BackupError):
            opened(damaged)


def test_pieces_cannot_be_left_out_or_change_places() -> None:
    whole = sealed(bytes(PIECE) + b"1" * PIECE + b"2" * PIECE)
    step = PIECE + 17
    begin = len(whole) - 3 * step
    head, one, two, last = whole[:begin], *(whole[begin + n * step :][:step] for n in range(3))
    assert head + one + two + last == whole
    for order in ([one, last], [two, one, last], [one, two], [one, one, two, last], [last]):
        with pytest.raises(BackupError):
            opened(head + b"".join(order))


def test_a_planted_file_cannot_take_the_machine_down() -> None:
    whole = sealed(b"x", b"open sesame")
    for at, value in ((17, 1 << 40), (25, 1 << 40), (17, 0), (25, 0), (25, 8191)):
        planted = whole[:at] + value.to_bytes(8, "big") + whole[at + 8 :]
        with pytest.raises(KeystoreError, match="unreasonable"):
            opened(planted, b"open sesame")


@given(st.binary(max_size=300))
@examples(100)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(NodeError):
        opened(data)

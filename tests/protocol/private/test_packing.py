from __future__ import annotations

from collections.abc import Callable

import pytest

from sayso_protocol.codec import Value
from sayso_protocol.errors import BadShape, Refused, UnknownVersion
from sayso_protocol.private import packing
from sayso_protocol.private.envelope import Envelope, read_envelope, write_envelope
from sayso_protocol.private.outgoing import LaidLetter, Outgoing
from sayso_protocol.private.private_limits import MAX_CONTENT


def test_what_fits_is_given_back() -> None:
    assert packing.binary(b"ab", 2) == b"ab" == packing.binary_or_none(b"ab", 2)
    assert packing.binary_or_none(None, 2) is None
    assert packing.binary_up_to(b"", 2) == b"" and packing.binary_up_to(b"ab", 2) == b"ab"
    assert packing.number(0) == 0 and packing.number(5, 5, 5) == 5
    assert packing.truth(True) is True and packing.truth(False) is False
    assert packing.array([], 0) == [] and packing.array([1], 1, 1) == [1]
    assert packing.record([1, 2, None], 1, 2) == [2, None]
    assert packing.fields([None], 1) == [None]


@pytest.mark.parametrize(
    "read",
    [
        lambda: packing.binary("ab", 2),
        lambda: packing.binary(b"abc", 2),
        lambda: packing.binary(None, 2),
        lambda: packing.binary_or_none(b"", 2),
        lambda: packing.binary_up_to(b"abc", 2),
        lambda: packing.binary_up_to("a", 2),
        lambda: packing.number(-1),
        lambda: packing.number(True),
        lambda: packing.number(2**53),
        lambda: packing.number(6, 5),
        lambda: packing.number(4, 5, 5),
        lambda: packing.number("1"),
        lambda: packing.truth(1),
        lambda: packing.array(None, 1),
        lambda: packing.array([1, 2], 1),
        lambda: packing.array([], 1, 1),
        lambda: packing.record([], 1, 0),
        lambda: packing.record(None, 1, 0),
        lambda: packing.record([1, 2], 1, 2),
        lambda: packing.fields({}, 0),
        lambda: packing.fields([], 1),
    ],
)
def test_what_does_not_is_refused(read: Callable[[], object]) -> None:
    with pytest.raises(BadShape):
        read()


@pytest.mark.parametrize("version", [0, 2, True, None])
def test_another_version_is_refused(version: int | None) -> None:
    with pytest.raises(UnknownVersion):
        packing.record([version, 2], 1, 1)


def test_a_record_has_one_form() -> None:
    item = Outgoing(b"i" * 16, b"", 0, 0, feeds=frozenset({b"a" * 32, b"b" * 32}))
    value = item.pack()
    assert isinstance(value, list) and Outgoing.unpack(value).pack() == value
    with pytest.raises(BadShape, match="one form"):
        Outgoing.unpack([*value[:7], [b"b" * 32, b"a" * 32], *value[8:]])
    letter = LaidLetter(b"i" * 16, b"a" * 32, b"", None, 1, 2, b"letter")
    assert LaidLetter.unpack(letter.pack()) == letter and letter.at_door and not letter.is_carried


def test_envelopes_have_letters_sizes() -> None:
    for content in (b"", b"x", bytes(MAX_CONTENT)):
        for name in (None, b"i" * 16):
            padded = write_envelope(Envelope(name, content))
            assert len(padded) + 96 in (512, 32_768)
            assert read_envelope(padded) == Envelope(name, content)
    with pytest.raises(BadShape):
        write_envelope(Envelope(None, bytes(MAX_CONTENT + 1)))
    with pytest.raises(BadShape):
        write_envelope(Envelope(b"short", b""))


def test_what_an_older_sayso_kept_is_read() -> None:
    """Of a first word it was not known then which letter brings it."""
    target: list[Value] = [b"f" * 32, b"a" * 32, None, 5, 6, 1]
    old = [1, b"i" * 16, b"content", 1, 2, 0, b"word", [], [b"b" * 32], [target]]
    item = Outgoing.unpack(list[Value](old))
    assert (item.content, item.is_stranger, item.open_accounts) == (b"content", True, {b"b" * 32})
    assert (item.targets[b"f" * 32].tries, item.targets[b"f" * 32].told_ms) == (1, 0)
    letter = LaidLetter.unpack([1, b"i" * 16, b"a" * 32, b"", None, 1, 2, b"letter"])
    assert (letter.letter, letter.word) == (b"letter", None)
    for wrong in ([*old, None], [*old[:-1], [[*target, 7]]], [0, *old[1:]]):
        with pytest.raises(Refused):
            Outgoing.unpack(list[Value](wrong))

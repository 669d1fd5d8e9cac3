"""What a file of a message may be called, and how long it is."""

from __future__ import annotations

from typing import Any

import pytest

from sayso_protocol.blob.cid import RAW
from sayso_protocol.errors import BadShape
from sayso_protocol.private.contents.message_file import (
    MAX_WITHIN,
    FileWithin,
    SealedFile,
    read_file,
    write_file,
)

CID = RAW + bytes(32)


@pytest.mark.parametrize(
    "value",
    [
        ["a", "", "", b"x"],
        ["a", "a.txt", "...", bytes(MAX_WITHIN)],
        ["a", "...", "", b"x"],
        ["a", "", "", 1, CID, bytes(32)],
    ],
)
def test_what_lies_just_within_the_limits(value: Any) -> None:
    file = read_file(value)
    assert write_file(file) == value
    assert isinstance(file, FileWithin if len(value) == 4 else SealedFile)


@pytest.mark.parametrize(
    "value",
    [
        ["", "", "", b"x"],
        *(["a", name, "", b"x"] for name in (".", "..", "a/b", "a\\b", "\x00", "\x7f", "\x9f")),
        ["a", "", "", b""],
        ["a", "", "", bytes(MAX_WITHIN + 1)],
        ["a", "", "", 0, CID, bytes(32)],
        ["a", "", "", -1, CID, bytes(32)],
        ["a", "", "", True, CID, bytes(32)],
        ["a", "", "", 1, CID, bytes(31)],
        ["a", "", "", 1, CID[:-1], bytes(32)],
        ["a", "", "", 1, CID],
        ["a", "", ""],
        [],
        None,
    ],
)
def test_what_is_no_file(value: Any) -> None:
    with pytest.raises(BadShape):
        read_file(value)

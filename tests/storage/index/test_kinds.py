"""Kinds as numbers."""

from __future__ import annotations

from sayso_storage.index.kinds import MALFORMED_CODE, POST_CODE, kind_code


def test_kinds_have_lasting_numbers() -> None:
    assert (kind_code("post"), kind_code("")) == (POST_CODE, MALFORMED_CODE) == (1, 0)
    # Stored in files: these may never change.
    numbers = {kind: kind_code(kind) for kind in NUMBERS}
    assert numbers == NUMBERS


NUMBERS = {
    "open": 1379418578,
    "profile": 1085003015,
    "follow": 874127928,
    "react": 213039082,
    "repost": 2,
}

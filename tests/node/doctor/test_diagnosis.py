"""What an error says becomes what is wrong, and what to do."""

from __future__ import annotations

import errno
import os

import pytest

from sayso_node.doctor.diagnosis import failed
from sayso_storage.interface.errors import StoreError


def test_what_stands_behind_the_colon_is_what_to_do() -> None:
    found = failed("store", StoreError("the disk is full: make room, then try again"))
    assert (found.found, found.advice) == ("the disk is full", "make room, then try again")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EIO, errno.EROFS, errno.ELOOP])
@pytest.mark.parametrize(
    ("end", "advice"), [("", "run it again"), ("; check the disk", "check the disk")]
)
def test_a_reason_of_the_system_is_part_of_what_is_wrong(
    number: int, end: str, advice: str
) -> None:
    reason = os.strerror(number)
    error = StoreError(f"cannot read /a/blobs: {reason}{end}")
    error.__cause__ = OSError(number, reason)
    found = failed("blobs", error)
    assert found.found == f"cannot read /a/blobs: {reason}"
    assert found.advice == advice

"""The letters of a home: whether each of their records is what was written."""

from __future__ import annotations

from typing import Final

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.errors import StoreError

from ..errors import NodeError
from ..home.directory import Home
from ..home.keystore import read_keystore
from ..home.letter_keys import open_letters
from ..home.sealed_file import is_sealed
from .diagnosis import Diagnosis, failed, fine, wrong

CHECK: Final = "letters"


def check_letters(home: Home, passphrase: bytes | None) -> Diagnosis | None:
    """Whether all can be read; None where the home has none."""
    if not home.letters.exists():
        return None
    try:
        if is_sealed(home.keys) and passphrase is None:
            return fine(
                CHECK,
                _("they are locked by a passphrase, and were not looked at"),
                _("to look at them too: `sayso doctor --passphrase-file F`"),
            )
        damaged = count_damaged(home, passphrase)
    except (NodeError, StoreError) as error:
        return failed(CHECK, error)
    if damaged:
        return wrong(
            CHECK,
            _("{n_record} cannot be read").format(n_record=quantity(damaged, "record")),
            advice(),
        )
    return fine(CHECK, _("each of their records can be read"))


def count_damaged(home: Home, passphrase: bytes | None) -> int:
    """The damaged records. Raises `NodeError`, `StoreError`."""
    letters = open_letters(home, read_keystore(home.keys, passphrase).feed.seed)
    try:
        return letters.damaged()
    finally:
        letters.close()


def advice() -> str:
    """What to do about damaged records."""
    return _(
        "check the disk; nothing else stops for it, and the running node renews keys and groups. "
        "Messages in them are lost here: ask for what you miss, then take the records away with "
        "`sayso forget --damaged`"
    )

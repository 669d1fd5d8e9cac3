"""The pictures and films of a home, as far as can be read in some seconds."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Final

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import cid_text, digest_of
from sayso_protocol.blob.tree_builder import TreeBuilder
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.blobs import BlobDirectory
from sayso_storage.blobs.blob_names import path_of
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.errors import StoreError

from ..home.directory import Home
from ..media.blob_store import open_blobs
from .diagnosis import Diagnosis, failed, fine, wrong

CHECK: Final = "blobs"

SECONDS: Final = 5.0
"""For reading them: some gigabytes that are in memory."""

NAMED: Final = 3
"""Damaged ones that are named; the next time others are."""


def check_blobs(home: Home) -> Diagnosis:
    """Whether the bytes of pictures and films are those that their names say; those first that are
    kept for good, then those that were looked at last."""
    blobs = open_blobs(home)
    places = {home.blobs: blobs, home.sealed: BlobDirectory(home.sealed)}
    try:
        held = [(place, one) for place, each in places.items() for one in each.all_held()]
        held.sort(key=lambda one: not one[1].is_pinned)
        awaited = blobs.pinned() - {digest_of(one.cid) for _, one in held}
        damaged, read, ends = list[str](), 0, time.monotonic() + SECONDS
        for place, one in held:
            sound = _is_sound(places[place], one.cid, ends)
            if sound is None:
                break
            read += 1
            damaged += [] if sound else [_mend(place, one.cid)]
    except StoreError as error:
        return failed(CHECK, error)
    if damaged:
        return wrong(
            CHECK,
            _("{damaged} of {n_file} have other bytes than they should").format(
                damaged=len(damaged), n_file=quantity(read, "picture or film", "pictures and films")
            ),
            _(
                "take them away, and fetch again what others have: {commands}; your own are in a "
                "backup"
            ).format(commands="; ".join(damaged[:NAMED])),
        )
    found = quantity(len(held), "picture or film", "pictures and films")
    if read < len(held):
        found = _("{held}; {read} of them were looked at, which are sound").format(
            held=found, read=read
        )
    elif held:
        found = _("{held}, all sound").format(held=found)
    if awaited:
        return fine(
            CHECK,
            _("{held}; {n_more} to be kept and not here yet").format(
                held=found, n_more=quantity(len(awaited), "more", "more")
            ),
            _("the running node fetches them as soon as somebody has them: `sayso run`"),
        )
    return fine(CHECK, found)


def _is_sound(blobs: Blobs, cid: bytes, ends: float) -> bool | None:
    """Whether the bytes of a blob are its own; None where the time ended before. Raises
    `StoreError` for one that may not be read: it may well be sound."""
    try:
        reader = blobs.open(cid)
    except StoreError as error:
        if isinstance(error.__cause__, BlockingIOError):  # it is being evicted
            return True
        if isinstance(error.__cause__, PermissionError):
            raise
        return False  # no file at all
    if reader is None:  # evicted meanwhile
        return True
    try:
        builder = TreeBuilder()
        for at in range(0, reader.size, LEAF_SIZE):
            if time.monotonic() > ends:
                return None
            leaf = reader.read(at, LEAF_SIZE)
            if not leaf:
                return False
            builder.add(leaf)
        return reader.size > 0 and builder.root().cid == cid
    finally:
        reader.close()


def _mend(folder: Path, cid: bytes) -> str:
    path = shlex.quote(str(path_of(folder, digest_of(cid))))
    return f"`rm {path}` and `sayso fetch {cid_text(cid)}`"

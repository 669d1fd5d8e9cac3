"""Names of files in the store of blobs: made of hashes alone, never of what a peer says.

Of a blob of which the hash is H in hexadecimal there may be: ``H`` the bytes, ``H.tree`` the inner
blocks, ``H.part`` what has come until now, ``H.pin`` the owner's wish that it stays. What begins
with ``new-`` is being written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import DAG_PB, RAW

TREE: Final = ".tree"
PART: Final = ".part"
PIN: Final = ".pin"
NEW: Final = "new-"

_DIGEST_SIZE: Final = 32


def cid_of(digest: bytes, size: int) -> bytes:
    """The CID of a whole blob: its size says whether it is one leaf or a tree."""
    return (RAW if size <= LEAF_SIZE else DAG_PB) + digest


def digest_in(name: str, suffix: str = "") -> bytes | None:
    """The hash that a file is named by; None for any other file."""
    stem = name.removesuffix(suffix) if suffix else name
    if (suffix and stem == name) or len(stem) != 2 * _DIGEST_SIZE:
        return None
    try:
        digest = bytes.fromhex(stem)
    except ValueError:
        return None
    return digest if digest.hex() == stem else None


def path_of(folder: Path, digest: bytes, suffix: str = "") -> Path:
    """The path of a file."""
    return folder / (digest.hex() + suffix)

"""Content identifiers: the name of a blob is the hash of its bytes.

Of the many forms of https://github.com/multiformats/cid there are two here, those that ``ipfs add
--cid-version=1 --raw-leaves`` gives: a blob of one leaf is named by the hash of its bytes, a longer
one by the hash of the root of its tree. Both are 36 bytes: version 1, the codec, then SHA-256 as a
multihash. In text they are base32 in lower case, without padding, after a ``b``.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error as BadBase32
from typing import Final

from ..errors import BadShape, BadText

CID_SIZE: Final = 36
RAW: Final = b"\x01\x55\x12\x20"
"""How the CID of one leaf begins: version 1, codec ``raw``, SHA-256 of 32 bytes."""
DAG_PB: Final = b"\x01\x70\x12\x20"
"""How the CID of the root of a tree begins: version 1, codec ``dag-pb``, SHA-256 of 32 bytes."""

_TEXT_SIZE = 59


def check_cid(value: object) -> bytes:
    """A value as the bytes of a CID of one of the two forms. Raises `BadShape`."""
    if type(value) is not bytes or len(value) != CID_SIZE or value[:4] not in (RAW, DAG_PB):
        raise BadShape("a content identifier of another form")
    return value


def digest_of(cid: bytes) -> bytes:
    """The hash in a CID, 32 bytes. Raises `BadShape` where it is none."""
    return check_cid(cid)[len(RAW) :]


def cid_text(cid: bytes) -> str:
    """A CID in text: 59 characters, `bafkrei…` or `bafybei…`."""
    return "b" + b32encode(cid).decode().rstrip("=").lower()


def parse_cid(text: str) -> bytes:
    """Undo `cid_text`. Raises `BadText` for what it does not write."""
    if len(text) != _TEXT_SIZE or not text.startswith("b") or text != text.lower():
        raise BadText("no content identifier")
    try:
        cid = check_cid(b32decode(text[1:].upper() + "======"))
    except (BadBase32, ValueError, BadShape) as error:
        raise BadText("no content identifier") from error
    if cid_text(cid) != text:  # bits that the last letter has to spare
        raise BadText("no content identifier")
    return cid

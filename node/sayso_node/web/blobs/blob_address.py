"""Addresses of blobs for whoever has no session: apps and readers of feeds load pictures without
their token, so the address itself says that its owner gave it."""

from __future__ import annotations

import hashlib
import hmac

from sayso_protocol.blob.cid import cid_text

from ..context import WebContext

_KEY_BYTES = 16


def blob_path(context: WebContext, cid: bytes, *, keyed: bool = False) -> str:
    """The path of a blob, ``/blobs/CID``, for pages; `keyed` with the key that apps need."""
    path = f"/blobs/{cid_text(cid)}"
    return f"{path}?key={blob_key(context, cid)}" if keyed else path


def blob_key(context: WebContext, cid: bytes) -> str:
    """The key of one blob: 128 bits that follow from a secret of this home, so they stay the same
    from start to start."""
    made = hmac.new(context.secret(b"blob addresses"), cid, hashlib.sha256)
    return made.hexdigest()[: 2 * _KEY_BYTES]


def is_key(context: WebContext, cid: bytes, key: str) -> bool:
    """Whether an address was made here for this blob."""
    return hmac.compare_digest(blob_key(context, cid).encode(), key.encode(errors="replace"))

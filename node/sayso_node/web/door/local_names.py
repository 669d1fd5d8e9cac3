"""The names by which the local server is reached."""

from __future__ import annotations

import hashlib

NAME_BYTES = 8


def page_name(node_seed: bytes) -> str:
    """The host name of the page, below ``.localhost``, without a port.

    Cookies know no port: on ``127.0.0.1`` another server of this machine would get the cookie of
    this one. Browsers resolve each name below ``.localhost`` to loopback (RFC 6761, section 6.3),
    and keep its cookies apart. Nobody can guess it who does not know the node's key."""
    made = hashlib.blake2b(node_seed, digest_size=NAME_BYTES, person=b"sayso page name")
    return f"{made.hexdigest()}.localhost"

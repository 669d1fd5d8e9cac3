"""The node's own key: it is unrelated to any account, and made anew where it is lost."""

from __future__ import annotations

import secrets
from typing import Final

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.translation import _

from ..errors import HomeError
from .directory import Home
from .secret_file import read_secret, write_secret

SEED_SIZE: Final = 32


def node_seed(home: Home) -> bytes:
    """The seed of the node's key, 32 bytes. Where there is none it is made: peers know the node by
    another id then, and nothing else is lost. Raises `HomeError`."""
    if not home.node_key.exists():
        write_secret(home.node_key, secrets.token_bytes(SEED_SIZE))
    seed = read_secret(home.node_key)
    if len(seed) != SEED_SIZE:
        raise HomeError(
            _("{node_key} is damaged: remove it, and `sayso run` makes a new one").format(
                node_key=home.node_key
            )
        )
    return seed


def node_public_key(home: Home) -> bytes:
    """The public key of the node, 32 bytes; made where there is none. Raises `HomeError`."""
    return KeyPair.from_seed(node_seed(home)).public

"""Files of private messages in the running node: where they lie, and who is asked for one.

Only the letters say which message a file is of, and they may be locked here. So whoever asks for
one says which accounts may have it: who wrote the message, the owner, who may have other devices,
and the members of a closed group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.errors import Refused
from sayso_protocol.private.sealed_blob import MAX_FILE, sealed_size
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..errors import NotFound
from ..home.directory import Home
from ..media.sealed_store import open_sealed
from .letters.account_carriers import AccountCarriers
from .node import Node

LOOKED_FOR: Final = 2
"""Accounts that are looked for, the first ones: the writer and the owner. Of others those are asked
that are connected."""

MAX_ADDRESSES: Final = 256
"""Addresses that are remembered, the latest."""


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """A file that somebody wants: `size` is that of its blob, and `accounts` may have it."""

    size: int
    accounts: tuple[bytes, ...]


class SealedMedia:
    """See the module."""

    def __init__(self, home: Home, store: Store, node: Node) -> None:
        self.blobs = open_sealed(home)
        self.addresses: dict[str, str] = {}
        """Where peers are that were named as nodes of an account."""
        self._node = node
        self._carriers = AccountCarriers(home, store, node)

    async def sources(self, accounts: Sequence[bytes]) -> list[str]:
        """The peers that may have a file of a message: those that are connected and carry one of
        these accounts, and those at which letters for it are laid down. Raises `StoreError`."""
        manager, sessions = self._node.connection_manager, self._node.engine.sessions
        found = [
            session.link.peer_id
            for session in list(sessions.values())
            if any(manager.carries(session, account) for account in accounts)
        ]
        for account in accounts[:LOOKED_FOR]:
            for address in await self._carriers.find(account):
                peer = address.rpartition("/p2p/")[2]
                found.append(peer)
                self.addresses.pop(peer, None)
                self.addresses[peer] = address
        while len(self.addresses) > MAX_ADDRESSES:
            del self.addresses[next(iter(self.addresses))]
        return list(dict.fromkeys(found))


def read_sealed_request(value: object) -> SealedRequest | None:
    """What a command asks for: bytes of the file, and keys of accounts in text; None where it is no
    file of a message. Raises `NotFound`."""
    match value:
        case None:
            return None
        case {"size": int() as size, "accounts": [*keys]} if 0 < size <= MAX_FILE:
            try:
                return SealedRequest(sealed_size(size), tuple(parse_key(str(one)) for one in keys))
            except Refused as error:
                raise NotFound(str(error)) from error
        case _:
            raise NotFound(_("no file of a message is asked for: `sayso messages` shows their ids"))

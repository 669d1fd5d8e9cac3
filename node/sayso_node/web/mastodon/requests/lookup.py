"""What a route's id means: an entry or an account that is held here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from sayso_protocol.translation import _, mark
from sayso_storage.interface.store import StoredEntry

from ....entries.item import Item
from ....errors import NotFound
from ...context import WebContext
from ..entities.status import is_status
from ..names.ids import account_id, account_of_id, parse_id

if TYPE_CHECKING:
    from sayso_protocol.discovery.invite import Invite

NO_RECORD: Final = mark("Record not found")


class ResolvedAccounts:
    """Accounts that somebody looked up by their key and that nothing is held of yet, so that they
    can be followed next; the last ones."""

    MOST: Final = 200

    def __init__(self) -> None:
        self._known: dict[str, tuple[bytes, Invite | None]] = {}

    def add(self, account: bytes, invite: Invite | None = None) -> None:
        """Remember one, and the invite by which it was named."""
        number = account_id(account)
        self._known.pop(number, None)
        while len(self._known) >= self.MOST:
            self._known.pop(next(iter(self._known)))
        self._known[number] = account, invite

    def get(self, number: str) -> bytes | None:
        """The account with this id."""
        found = self._known.get(number)
        return None if found is None else found[0]

    def invite_to(self, account: bytes) -> Invite | None:
        """The invite by which an account was named last."""
        found = self._known.get(account_id(account))
        return None if found is None else found[1]


def status_item(context: WebContext, text: str) -> Item:
    """The status with an id. Blocks. Raises `NotFound`."""
    number = parse_id(text)
    item = None if number is None else context.reader().at(number)
    if item is None or not is_status(item):
        raise NotFound(_(NO_RECORD))
    return item


def entry_of(context: WebContext, text: str) -> StoredEntry:
    """The entry of a status. Raises `NotFound`."""
    item = status_item(context, text)
    assert item.entry is not None
    return item.entry


def account_named(context: WebContext, resolved: ResolvedAccounts, text: str) -> bytes:
    """The account with an id. Blocks. Raises `NotFound`."""
    account = account_of_id(context.store, text) or resolved.get(text)
    if account is None:
        raise NotFound(_(NO_RECORD))
    return account


def path_id(request: Request) -> str:
    """The id in the path of a route."""
    return str(request.path_params["id"])

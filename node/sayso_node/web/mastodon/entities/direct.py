"""Private messages as apps see them: statuses that are direct."""

from __future__ import annotations

from typing import ClassVar

from sayso_protocol.limits import MAX_TIME_MS

from ....accounts.lineage import own_account
from ....accounts.names import Names
from ....messages.conversation import ShownMessage
from ....messages.conversation_list import Conversation
from ....timestamps import time_text
from ...context import WebContext
from ..names.html_text import html_of
from ..names.ids import account_id, direct_id
from .account import AccountEntities

Entity = dict[str, object]


class DirectEntities:
    """Makes them. All methods block."""

    MOST_AROUND: ClassVar = 500

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._names = Names(context.store)
        self._accounts = AccountEntities(context, self._names)
        self._own = own_account(context.store)
        self._secret = self.secret_of(context)

    @staticmethod
    def secret_of(context: WebContext) -> bytes:
        """By which ids are made: no writer chooses one."""
        return context.secret(b"ids of private messages")

    def id_of(self, one: ShownMessage) -> int:
        """The id of a message."""
        return direct_id(one.kept.message, self._secret)

    def conversation(self, one: Conversation) -> Entity:
        """A conversation, under the id of the account."""
        return {
            "id": account_id(one.account),
            "unread": one.is_unread,
            "accounts": [self._accounts.of(one.account)],
            "last_status": self.of(one.messages[-1], one.account),
        }

    def of(self, one: ShownMessage, partner: bytes) -> Entity:
        """A message in the conversation with an account."""
        message, number = one.kept.message, str(self.id_of(one))
        writer, reader = (self._own, partner) if one.is_own else (partner, self._own)
        read_by = self._accounts.of(reader)
        return {
            "id": number,
            "created_at": time_text(min(message.sent_ms, MAX_TIME_MS)),
            "edited_at": None,
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "direct",
            "language": None,
            "uri": f"sayso:message/{one.id}",
            "url": None,
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "quotes_count": 0,
            "favourited": False,
            "reblogged": False,
            "bookmarked": False,
            "muted": False,
            "pinned": False,
            "content": html_of(self._context.site, self._names, message.text),
            "filtered": [],
            "reblog": None,
            "application": None,
            "account": self._accounts.of(writer),
            "media_attachments": [],
            "mentions": [{key: read_by[key] for key in ("id", "username", "acct", "url")}],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
            "delivery": one.kept.state.name.lower(),
        }

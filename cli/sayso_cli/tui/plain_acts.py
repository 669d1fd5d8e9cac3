"""What can be written in a conversation in lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from sayso_protocol.translation import _

from ..context import Context
from ..errors import Failure, UsageError
from ..render.entry.published import show_published
from ..terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.author import Author, Published
    from sayso_node.entries.item import Item
    from sayso_storage.interface.store import Store


class Typed(Protocol):
    """What the acts ask of the conversation."""

    def item(self, typed: str) -> Item:
        """The entry with a number. Raises `UsageError`."""
        ...

    def text(self, prompt: str) -> str:
        """A text of many lines that is typed. Raises `Failure`."""
        ...


class Acts:
    """Writes for the owner; each act takes the rest of the line that was typed."""

    def __init__(self, context: Context, store: Store, conversation: Typed) -> None:
        self._context = context
        self._store = store
        self._out = context.out
        self._conversation = conversation

    def post(self, *, reply: str | None = None, quote: str | None = None) -> None:
        """Write a post, an answer or a quote."""
        from sayso_node.compose.post import Draft, publish_post

        text = self._conversation.text(_("Write the post"))
        draft = Draft(text, reply, quote)
        self._sign(lambda store, author: publish_post(store, author, draft), _("posted"))

    def edit(self, rest: str) -> None:
        """Write another version of an own post."""
        from sayso_node.compose.edit import EditDraft, edit

        entry_id = self._conversation.item(rest).id
        draft = EditDraft(self._conversation.text(_("Write the whole text anew")))
        self._sign(lambda store, author: edit(store, author, entry_id, draft).made, _("edited"))

    def react(self, rest: str) -> None:
        """React, or take that back."""
        from sayso_node.compose.reaction import react

        number, _space, emoji = rest.partition(" ")
        entry_id, emoji = self._conversation.item(number).id, emoji.strip()
        self._sign(
            lambda store, author: react(store, author, entry_id, emoji or None),
            _("reacted") if emoji else _("taken back"),
        )

    def repost(self, rest: str) -> None:
        """Repost."""
        from sayso_node.compose.reaction import repost

        entry_id = self._conversation.item(rest).id
        self._sign(lambda store, author: repost(store, author, entry_id), _("reposted"))

    def vote(self, rest: str) -> None:
        """Vote, or take that back."""
        from sayso_node.compose.poll import vote

        number, *choices = rest.split() or [""]
        entry_id = self._conversation.item(number).id
        if not all(one.isdecimal() for one in choices):
            raise UsageError(_("type the numbers of options: vote 3 1"))
        chosen = [int(one) for one in choices]
        self._sign(lambda store, author: vote(store, author, entry_id, chosen), _("voted"))

    def retract(self, rest: str) -> None:
        """Take an own entry back."""
        from sayso_node.compose.retraction import plan_retraction, retract

        plan = plan_retraction(self._store, [self._conversation.item(rest).id])
        if not plan.references:
            raise Failure(_("it is taken back already"))
        confirm(_("This cannot be undone. Take it back?"))
        self._sign(lambda store, author: retract(store, author, plan), _("taken back"))
        self._context.erase(self._store)

    def bookmark(self, rest: str) -> None:
        """Set a mark, or take it off."""
        from sayso_node.compose.bookmark import bookmark, remove_bookmark

        entry_id = self._conversation.item(rest).id
        _mark, is_new = bookmark(self._store, entry_id)
        if not is_new:
            remove_bookmark(self._store, entry_id)
        self._out.line(_("Bookmarked.") if is_new else _("The mark is taken off."))

    def follow(self, rest: str) -> None:
        """Follow an account."""
        from sayso_node.accounts.lookup import find_account
        from sayso_node.compose.follow import follow

        follow(self._store, find_account(self._store, rest), None, None)
        self._context.notify("all")
        self._out.line(_("Following; its posts come from a peer that has them."))

    def mute(self, rest: str) -> None:
        """Hide the author of a post."""
        from sayso_node.filters.edit import mute

        mute(self._context.home, self._store, self._conversation.item(rest).reference.account, None)
        self._out.line(_("Muted."))

    def block(self, rest: str) -> None:
        """Hide the author of a post, and neither store nor relay it."""
        from sayso_node.filters.edit import block

        block(self._context.home, self._store, self._conversation.item(rest).reference.account)
        self._context.notify("all")
        self._out.line(_("Blocked."))

    def _sign(self, act: Callable[[Store, Author], Published], done: str) -> None:
        made = act(self._store, self._context.author(self._store))
        show_published(self._context, made, done)

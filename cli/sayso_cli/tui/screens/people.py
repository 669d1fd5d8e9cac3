"""The accounts that are followed, muted or blocked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType

from sayso_protocol.translation import _, mark

from ..account_blocks import people
from ..block_list import Block
from ..dialogs import Ask
from ..widgets.block_view import BlockView
from .list_screen import ListScreen
from .person import ask_about


class PeopleScreen(ListScreen):
    """Lists accounts; each can be named, muted, blocked, or not followed any more."""

    heading = mark("people")
    nothing = mark("Nobody is followed yet: a follows somebody.")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", mark("follow")),
        Binding("p", "person", mark("person")),
    ]

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return people(self.reader.library)

    def on_block_view_opened(self, event: BlockView.Opened) -> None:
        """Show what can be done about the account."""
        if isinstance(event.block.about, bytes):
            self.reader.start(ask_about(self.reader, event.block.about))

    def action_person(self) -> None:
        """As opening it."""
        self.view.action_open()

    def action_add(self) -> None:
        """Follow an account."""
        self.reader.start(self._add())

    async def _add(self) -> None:
        typed = await self.app.push_screen_wait(
            Ask(_("Follow"), _("a key, as z6Mk…, or did:key:z6Mk…"))
        )
        if not typed:
            return
        name = await self.app.push_screen_wait(
            Ask(_("Name"), _("what you call the account, if anything"))
        )
        if name is None:
            return
        await self.reader.off(lambda: self.reader.pen.follow(typed, name or None))
        self.reader.say(_("following; its posts come from a peer that has them"))
        self.reload()

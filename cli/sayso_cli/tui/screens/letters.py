"""Private messages, and the first words of strangers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType

from sayso_protocol.translation import _, mark

from .. import destinations
from ..block_list import Block
from ..dialogs import Ask, Confirm
from ..letter_blocks import Correspondent, Letters
from ..widgets.block_view import BlockView
from .list_screen import ListScreen


class LetterScreen(ListScreen):
    """A list of what is sealed."""

    @property
    def letters(self) -> Letters:
        """What is sealed in this home."""
        return Letters(self.reader.library, self.reader.pen)

    def _failed(self, error: Exception) -> None:
        from sayso_node.errors import KeystoreError

        if isinstance(error, KeystoreError):
            self.reader.pen.passphrase = None  # asked for again next time
        super()._failed(error)

    async def ask_text(self, to: Correspondent) -> None:
        """Ask for the words of a message, and keep it as waiting."""
        hint = _("sealed for {name} alone; nothing of it enters a feed").format(name=to.title)
        text = await self.app.push_screen_wait(Ask(_("Private message"), hint))
        if not text:
            return
        await self.reader.off(lambda: self.letters.write(to.account, text))
        self.reader.say(_("waiting to be sent: your running node does it"))
        self.reload()


class ConversationsScreen(LetterScreen):
    """Lists those with whom there are messages."""

    heading = mark("messages")
    nothing = mark("No messages yet: a writes one, which nobody but its reader can open.")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", mark("write to")),
        Binding("r", "reply", mark("reply")),
    ]

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.letters.conversations()

    def on_block_view_opened(self, event: BlockView.Opened) -> None:
        """Show the messages with that account."""
        if isinstance(event.block.about, Correspondent):
            self.reader.open(destinations.Messages(*event.block.about))

    def action_reply(self) -> None:
        """Write to the selected account."""
        block = self.view.current
        if block is not None and isinstance(block.about, Correspondent):
            self.reader.start(self.ask_text(block.about))

    def action_add(self) -> None:
        """Write to an account that is named."""
        self.reader.start(self._add())

    async def _add(self) -> None:
        typed = await self.app.push_screen_wait(
            Ask(_("Write to"), _("a key, as z6Mk…, or @ and the name that you gave"))
        )
        if typed:
            await self.ask_text(await self.reader.off(lambda: self.letters.find(typed)))


class MessagesScreen(LetterScreen):
    """The messages with one account."""

    nothing = mark("No messages: r writes one.")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reply", mark("reply")),
        Binding("d", "forget", mark("forget")),
    ]

    def __init__(self, account: bytes, title: str) -> None:
        super().__init__()
        self._with = Correspondent(account, title)

    def head_words(self) -> str:
        """See `ListScreen`."""
        return _("messages with {name}").format(name=self._with.title)

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.letters.messages(self._with.account)

    def action_reply(self) -> None:
        """Write another one."""
        self.reader.start(self.ask_text(self._with))

    def action_forget(self) -> None:
        """Erase the selected one, after a question."""
        self.reader.start(self._forget())

    async def _forget(self) -> None:
        from sayso_node.messages.conversation import ShownMessage

        block = self.view.current
        if block is None or not isinstance(block.about, ShownMessage):
            return
        message = block.about
        warned = _("It is erased in this home, for good. The other side keeps what it has.")
        if await self.app.push_screen_wait(Confirm(warned, _("Forget it?"), block.rows)):
            await self.reader.off(lambda: self.letters.forget(message))
            self.reader.say(_("forgotten"))
            self.reload()


class StrangersScreen(LetterScreen):
    """Who knocked whom the owner does not carry."""

    heading = mark("strangers")
    nothing = mark("No stranger has knocked.")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", mark("accept")),
        Binding("d", "decline", mark("decline")),
        Binding("b", "block", mark("block")),
    ]

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.letters.strangers()

    def action_accept(self) -> None:
        """Accept what the selected one said."""
        self.reader.start(self._accept())

    async def _accept(self) -> None:
        block = self.view.current
        if block is not None and block.about is not None:
            await self.reader.off(lambda: self.letters.accept(block.key))
            self.reader.say(_("accepted: it is in its conversation, or among your messages"))
            self.reader.reload()

    def action_decline(self) -> None:
        """Take it away, after a question."""
        self.reader.start(self._decline())

    async def _decline(self) -> None:
        block = self.view.current
        if block is None or block.about is None:
            return
        question = Confirm(_("Nobody is told."), _("Take it away for good?"), block.rows)
        if await self.app.push_screen_wait(question):
            await self.reader.off(lambda: self.letters.decline(block.key))
            self.reader.say(_("declined"))
            self.reload()

    def action_block(self) -> None:
        """Block who said it, after a question."""
        self.reader.start(self._block())

    async def _block(self) -> None:
        from sayso_node.knocks.strangers import Stranger

        block = self.view.current
        if block is None or not isinstance(block.about, Stranger):
            return
        sender = block.about.shelved.knock.sender
        warned = _("Nothing that this account writes is shown, kept or passed on. Nobody is told.")
        if await self.app.push_screen_wait(Confirm(warned, _("Block it?"), block.rows)):
            await self.reader.off(lambda: self.reader.pen.block(sender, on=True))
            self.reader.say(_("blocked: the list of people takes that back"))
            self.reload()

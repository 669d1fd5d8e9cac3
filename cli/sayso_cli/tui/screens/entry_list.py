"""A list of entries, and all that can be done with the selected one. What asks is loaded when
it does: the first frame needs none of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from sayso_protocol.translation import _, mark

from .. import destinations
from ..block_list import Block
from ..library import item_of
from ..pen import Act
from ..rows import AnyRow, Kind, Row
from ..widgets.block_view import BlockView
from .list_screen import ListScreen

if TYPE_CHECKING:
    from sayso_node.entries.item import Item

MAX_ABOUT = 6
"""Rows of an entry that stand above a question about it."""


class EntryListScreen(ListScreen):
    """Shows entries."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reply", mark("reply")),
        Binding("Q", "quote", "quote", show=False),
        Binding("plus", "react", mark("react"), key_display="+"),
        Binding("s", "repost", mark("repost")),
        Binding("v", "vote", "vote", show=False),
        Binding("e", "edit", "edit", show=False),
        Binding("d", "retract", "take back", show=False),
        Binding("m", "bookmark", "bookmark", show=False),
        Binding("x", "unfold", "unfold", show=False),
        Binding("w", "why", mark("why")),
        Binding("p", "person", "person", show=False),
    ]

    answered = True
    """Whether an entry says what it answers."""

    def __init__(self) -> None:
        super().__init__()
        self._unfolded: set[str] = set()
        """The blocks whose warnings and folds are opened."""

    def item(self) -> Item | None:
        """The selected entry, or of a repost what it shows; says so where there is none."""
        item = item_of(self.view.current)
        if item is None or item.imported is not None:
            self.reader.say(_("no post is selected"))
            return None
        return item if item.original is None else item.original

    def on_block_view_opened(self, event: BlockView.Opened) -> None:
        """Show the conversation of the selected entry."""
        item = self.item()
        if item is None:
            return
        if item.entry is None:
            self.reader.say(_("it is not held here: its conversation cannot be shown"))
            return
        self.reader.open(destinations.Thread(item.id))

    # --- posts --------------------------------------------------------------------------

    def action_reply(self) -> None:
        """Answer."""
        item = self.item()
        if item is not None:
            self.reader.open(destinations.Compose(reply=item.id, about=self._about()))

    def action_quote(self) -> None:
        """Quote."""
        item = self.item()
        if item is not None:
            self.reader.open(destinations.Compose(quote=item.id, about=self._about()))

    def action_edit(self) -> None:
        """Write another version of an own post."""
        item = self.item()
        if item is None:
            return
        if not item.name.is_own or item.post is None:
            self.reader.say(_("only posts and polls of your own can be edited"))
            return
        text, warn = item.text or "", item.post.warn or ""
        self.reader.open(destinations.Compose(edit=item.id, text=text, warn=warn))

    # --- acts ---------------------------------------------------------------------------

    def action_react(self) -> None:
        """React with what is typed."""
        self._start(self._react)

    async def _react(self, item: Item) -> None:
        from sayso_node.compose.reaction import react

        from ..dialogs import Ask

        hint = _("an emoji or a short word; nothing takes it back")
        typed = await self.app.push_screen_wait(Ask(_("React"), hint, about=self._about()))
        if typed is not None:
            what = _("reacted") if typed else _("reaction taken back")
            await self._sign(
                item, lambda store, author: react(store, author, item.id, typed or None), what
            )

    def action_repost(self) -> None:
        """Repost, or take the repost back."""
        self._start(self._repost)

    async def _repost(self, item: Item) -> None:
        from sayso_node.compose.reaction import repost, unrepost

        if await self.reader.off(lambda: self.reader.library.is_reposted(item)):
            await self._sign(
                item, lambda store, author: unrepost(store, author, item.id), _("repost taken back")
            )
        else:
            await self._sign(
                item, lambda store, author: repost(store, author, item.id), _("reposted")
            )

    def action_vote(self) -> None:
        """Vote with the numbers that are typed."""
        self._start(self._vote)

    async def _vote(self, item: Item) -> None:
        from sayso_node.compose.poll import vote

        from ..dialogs import MOST_LINES, Ask

        if item.poll is None:
            self.reader.say(_("this is no poll"))
            return
        hint = (
            _("numbers of options; nothing takes your vote back")
            if item.poll.poll.many
            else _("the number of an option; nothing takes your vote back")
        )
        ask = Ask(
            _("Vote"),
            hint,
            about=self._about(None),
            most=MOST_LINES,
        )
        typed = await self.app.push_screen_wait(ask)
        if typed is None:
            return
        words = typed.replace(",", " ").split()
        if not all(word.isdecimal() for word in words):
            self.reader.say(_("type the numbers that stand before the options"))
            return
        choices, what = [int(word) for word in words], _("voted") if words else _("vote taken back")
        await self._sign(item, lambda store, author: vote(store, author, item.id, choices), what)

    def action_bookmark(self) -> None:
        """Set a mark, or take it off."""
        self._start(self._bookmark)

    async def _bookmark(self, item: Item) -> None:
        marked = await self.reader.off(lambda: self.reader.pen.bookmark(item.id))
        self.reader.say(_("bookmarked: 5 lists them") if marked else _("bookmark taken off"))

    def action_retract(self) -> None:
        """Take an own entry back, after a question."""
        self._start(self._retract)

    async def _retract(self, item: Item) -> None:
        from sayso_node.compose.retraction import plan_retraction, retract

        from ..dialogs import Confirm

        library = self.reader.library
        plan = await self.reader.off(lambda: plan_retraction(library.store, [item.id]))
        if not plan.references:
            self.reader.say(_("it is taken back already"))
            return
        question = Confirm(_("This cannot be undone."), _("Take it back?"), self._about())
        if await self.app.push_screen_wait(question):
            await self._sign(
                item, lambda store, author: retract(store, author, plan), _("taken back")
            )
            await self.reader.off(library.erase)

    # --- how it is shown ----------------------------------------------------------------

    def action_unfold(self) -> None:
        """Show what a warning or a rule folds, or fold it again."""
        block = self.view.current
        if block is not None and item_of(block) is not None:
            self._unfolded ^= {block.key}
            self.reader.start(self._draw_again(block.key))

    async def _draw_again(self, key: str, *, read: bool = False) -> None:
        """Show a block as it is now; `read` from the store."""
        at = self.view.list.find(key)
        item = None if at is None else item_of(self.view.list.blocks[at])
        if item is not None:
            is_open = key in self._unfolded
            self.view.replace(await self.reader.off(partial(self._drawn, item, read, is_open)))

    def _drawn(self, item: Item, read: bool, is_open: bool) -> Block:
        library = self.reader.library
        new = library.again(item) if read else item
        return library.block(new, whole=is_open, unfold=is_open, answered=self.answered)

    def action_why(self) -> None:
        """Show why it is shown as it is."""
        item = self.item()
        if item is not None:
            self.reader.open(destinations.Why(item.id))

    def action_person(self) -> None:
        """Show what can be done about its author."""
        from .person import ask_about

        self._start(lambda item: ask_about(self.reader, item.reference.account))

    # --- within -------------------------------------------------------------------------

    def _start(self, act: ItemAct) -> None:
        item = self.item()
        if item is not None:
            self.reader.start(act(item))

    async def _sign(self, item: Item, act: Act, done: str) -> None:
        if await self.reader.sign(act, done) is not None:
            self.reader.written(item.id)

    def refresh_after(self, entry_id: str | None) -> None:
        """See `ReaderScreen`: the entry is read again, also where a repost shows it."""
        for block in self.view.list.blocks:
            item = item_of(block)
            shown = item if item is None or item.original is None else item.original
            if item is not None and shown is not None and entry_id in (item.id, shown.id):
                self.reader.start(self._draw_again(block.key, read=True))

    def _about(self, most: int | None = MAX_ABOUT) -> list[AnyRow]:
        """The rows of the selected block, to stand above a question about it."""
        block = self.view.current
        rows = [] if block is None else list(block.rows)
        return (
            rows if most is None or len(rows) <= most else [*rows[:most], Row(Kind.DETAIL, ("…",))]
        )


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    ItemAct = Callable[[Item], Coroutine[Any, Any, None]]

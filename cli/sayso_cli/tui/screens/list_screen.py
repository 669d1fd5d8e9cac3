"""A screen with one list: how it is loaded, what it says above and below, and the way back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from sayso_protocol.translation import _, mark

from .. import destinations
from ..abstract import AbstractPumpMeta
from ..base_app import BaseApp
from ..block_list import Block
from ..layout import Line, Look, Span, said_lines
from ..library import FIRST, NEXT
from ..reader_screen import ReaderScreen
from ..widgets.bar import Bar
from ..widgets.block_view import BlockView

MOST: int = 20_000
"""Blocks of one list: more than a person scrolls through."""


class ListScreen(ReaderScreen, metaclass=AbstractPumpMeta):
    """Shows what its `source` gives, as far as it is looked at."""

    heading = ""
    nothing = mark("Nothing is here.")
    """What an empty list says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "leave", mark("back")),
        Binding("question_mark", "help", mark("help"), key_display="?"),
        Binding("1", "timeline", "timeline", show=False),
        Binding("2", "notifications", "notifications", show=False),
        Binding("3", "people", "people", show=False),
        Binding("4", "filters", "filters", show=False),
        Binding("5", "bookmarks", "bookmarks", show=False),
        Binding("6", "messages", "messages", show=False),
        Binding("7", "strangers", "strangers", show=False),
        Binding("slash", "search", mark("search"), key_display="/"),
        Binding("c", "write", mark("write")),
        Binding("R", "reload", "reload", show=False),
        Binding("u", "unfiltered", "unfiltered", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view = BlockView(id="list")
        self._head = Bar(id="head")
        self._said = Bar(id="said")
        self._has_begun = False
        self._blocks: Iterator[Block] | None = None
        self._is_loading = False
        self._select: str | None = None

    @property
    def reader(self) -> BaseApp:
        """The program."""
        return cast(BaseApp, self.app)

    def compose(self) -> ComposeResult:
        """See `Screen`."""
        yield self._head
        yield self.view
        yield self._said
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to load once the frame is drawn."""
        self.show_head()
        self.view.focus()
        self._has_begun = True
        self.call_after_refresh(self.reload)

    # --- loading ------------------------------------------------------------------------

    @abstractmethod
    def source(self) -> Iterator[Block]:
        """The blocks of the list, from the disk: called in a thread."""

    def reload(self) -> None:
        """Read the list anew, from its beginning."""
        if not self._has_begun:
            return  # it will
        self._blocks = None
        self._is_loading = True
        current = self.view.current
        self._select = None if current is None or self.view.list.selected == 0 else current.key
        self._load(None, FIRST)

    @work(thread=True, group="load")
    def _load(self, blocks: Iterator[Block] | None, most: int) -> None:
        is_first = blocks is None
        try:
            blocks = self.source() if blocks is None else blocks
            found = list(islice(blocks, most))
        except Exception as error:
            self.reader.back(self._failed, error)
            return
        self.reader.back(self._loaded, blocks, found, is_first, len(found) < most)

    def _failed(self, error: Exception) -> None:
        self._is_loading = False
        self.reader.tell(error)

    def _loaded(
        self, blocks: Iterator[Block], found: list[Block], is_first: bool, is_all: bool
    ) -> None:
        if is_first:
            self.view.clear()
            self._blocks = blocks
        elif blocks is not self._blocks:
            return  # it was read anew meanwhile
        self._is_loading = False
        if is_all or len(self.view.list) + len(found) >= MOST:
            self._blocks = None
        self.view.extend(found)
        self._select_again()
        if not len(self.view.list):
            self.say(*said_lines(self.size.width, _(self.nothing)))
        self.show_head()
        self.loaded(is_first)

    def _select_again(self) -> None:
        """Select what was selected before the list was read anew, if it has come."""
        if self._select is not None:
            at = self.view.list.find(self._select)
            if at is not None:
                self._select = None
                self.view.select(at)

    def loaded(self, is_first: bool) -> None:
        """Called when blocks have come."""

    def on_block_view_end_near(self, _: BlockView.EndNear) -> None:
        """Load what comes next."""
        if self._blocks is not None and not self._is_loading:
            self._is_loading = True
            self._load(self._blocks, NEXT)

    # --- above and below ----------------------------------------------------------------

    def say(self, *lines: Line) -> None:
        """Show a few lines below the list."""
        self._said.show(*lines)

    def show_head(self) -> None:
        """Show the line above the list."""
        spans = [Span(f" {self.head_words()}", Look.STRONG)]
        if self.reader.library.unfiltered:
            spans.append(Span("   " + _("unfiltered: your rules hide nothing"), Look.BAD))
        spans += [Span(f"   {one}", Look.FAINT) for one in self.state()]
        self._head.show(tuple(spans))

    def head_words(self) -> str:
        """What stands above the list: the `heading`, as it is translated."""
        return _(self.heading)

    def state(self) -> list[str]:
        """Words for the line above the list."""
        return []

    # --- keys ---------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Back to the list before."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        else:
            self.app.exit()

    def action_help(self) -> None:
        """Show the keys."""
        self.reader.open(destinations.Help())

    def action_timeline(self) -> None:
        """To the timeline."""
        self.reader.go(None)

    def action_notifications(self) -> None:
        """To what others did."""
        self.reader.go(destinations.Notifications())

    def action_people(self) -> None:
        """To the accounts that are followed."""
        self.reader.go(destinations.People())

    def action_filters(self) -> None:
        """To the rules."""
        self.reader.go(destinations.Filters())

    def action_bookmarks(self) -> None:
        """To the marked entries."""
        self.reader.go(destinations.Bookmarks())

    def action_messages(self) -> None:
        """To private messages."""
        self.reader.start(self._open_sealed(destinations.Conversations()))

    def action_strangers(self) -> None:
        """To who knocked."""
        self.reader.start(self._open_sealed(destinations.Strangers()))

    async def _open_sealed(self, to: destinations.Destination) -> None:
        if await self.reader.unlock():  # what is private is sealed with the keys
            self.reader.go(to)

    def action_search(self) -> None:
        """Ask for words, and show what has them."""
        self.reader.start(self._search())

    async def _search(self) -> None:
        from ..dialogs import Ask

        typed = await self.app.push_screen_wait(
            Ask(_("Search"), _('words, "a phrase", -without, from:@name, tag:x, since:7d'))
        )
        if typed:
            self.reader.open(destinations.Search(typed))

    def action_write(self) -> None:
        """Write a post."""
        self.reader.open(destinations.Compose())

    def action_reload(self) -> None:
        """Read the list again."""
        self.say()
        self.reload()

    def action_unfiltered(self) -> None:
        """Show what rules hide, or hide it again."""
        library = self.reader.library
        library.unfiltered = not library.unfiltered
        self.reader.reload()
        self.show_head()

"""The one list of the full-screen reader: blocks from top to bottom, one of them selected.

Only lines that are seen are laid out and drawn, so a list may be long. Foreign text gets to the
terminal here and in `Bar` only, as segments of this project's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..block_list import Block, BlockList
from ..layout import Look
from .strips import STYLES, strip_of

BAR: Final = "▌"
MARGIN: Final = 2
"""Columns before each block, where the bar of the selected one stands."""

AHEAD: Final = 3
"""Screens before the end at which more is asked for."""


class BlockView(ScrollView, can_focus=True):
    """Shows a `BlockList`."""

    DEFAULT_CSS = """
    BlockView { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    BlockView { scrollbar-gutter: stable; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "next", show=False),
        Binding("k,up", "step(-1)", "back", show=False),
        Binding("space,pagedown", "page(1)", "page", show=False),
        Binding("b,pageup", "page(-1)", "page back", show=False),
        Binding("g,home", "first", "top", show=False),
        Binding("G,end", "last", "end", show=False),
        Binding("enter", "open", "open", show=False),
    ]

    class Opened(Message):
        """A block was chosen."""

        def __init__(self, view: BlockView, block: Block) -> None:
            super().__init__()
            self.view = view
            self.block = block

        @property
        def control(self) -> BlockView:
            """See `Message`."""
            return self.view

    class EndNear(Message):
        """The end of the list is not far below the view."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.list = BlockList()

    # --- what it shows ------------------------------------------------------------------

    @property
    def current(self) -> Block | None:
        """The selected block."""
        return self.list.current

    def clear(self) -> None:
        """Remove all blocks."""
        self.list = BlockList()
        self.list.set_width(self._room)
        self.scroll_to(y=0, animate=False)
        self._settle()

    def extend(self, blocks: Iterable[Block]) -> None:
        """Add blocks at the end."""
        self.list.extend(blocks)
        self._settle()

    def insert(self, blocks: Iterable[Block]) -> None:
        """Put blocks in their places; what is seen stays where it is, but for a list that is at
        its top."""
        at_top = self.scroll_offset.y == 0 and self.list.selected == 0
        top, anchor, inner = self.scroll_offset.y, 0, 0
        if len(self.list):
            anchor = self.list.at(top)
            inner = top - self.list.start(anchor)
        for block in blocks:
            if self.list.insert(block) <= anchor and len(self.list) > 1:
                anchor += 1
        if at_top:
            self.list.selected = 0
            self._settle()
        else:
            self._settle(self.list.start(anchor) + inner, is_jump=True)

    def replace(self, block: Block) -> None:
        """Put a block in the place of the one with its key."""
        at = self.list.find(block.key)
        if at is not None:
            self.list.replace(at, block)
            self._settle()

    @property
    def seen(self) -> list[Block]:
        """The blocks in view."""
        if not len(self.list):
            return []
        top = self.scroll_offset.y
        first, last = self.list.at(top), self.list.at(top + max(self.size.height - 1, 0))
        return self.list.blocks[first : last + 1]

    # --- drawing ------------------------------------------------------------------------

    @property
    def _room(self) -> int:
        return max(self.scrollable_content_region.width - MARGIN, 1)

    def _settle(self, top: int | None = None, *, is_jump: bool = False) -> None:
        """Lay out what is in view, and tell how long the list is."""
        wanted = self.scroll_offset.y if top is None else top
        settled = self.list.settle(wanted, max(self.size.height, 1), is_jump=is_jump)
        height = self.list.height
        if self.virtual_size.height != height:
            self.virtual_size = Size(self.scrollable_content_region.width, height)
        if settled != self.scroll_offset.y:
            self.scroll_to(y=settled, animate=False, force=True)
        if settled + (1 + AHEAD) * self.size.height >= height and len(self.list):
            self.post_message(self.EndNear())
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """See `ScrollView`."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._settle()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for another width."""
        self.list.set_width(self._room)
        self._settle()

    def render_line(self, y: int) -> Strip:
        """See `Widget`."""
        width, base = self.scrollable_content_region.width, self.rich_style
        found = self.list.line(y + self.scroll_offset.y)
        if found is None:
            return Strip.blank(width, base)
        at, line = found
        indent = self.list.blocks[at].depth
        is_in = at == self.list.selected and y + self.scroll_offset.y < self.list.end(at)
        bar = f"{BAR} " if is_in and self.has_focus else "  "
        margin = Segment(bar + " " * indent, base + STYLES[Look.MARK])
        room = max(width - MARGIN - indent, 0)
        strip = strip_of(line, room, base)
        return Strip([margin, *strip], MARGIN + indent + room)

    # --- keys and mouse -----------------------------------------------------------------

    def select(self, at: int) -> None:
        """Select a block and bring it into view."""
        if not len(self.list):
            return
        self.list.selected = max(0, min(at, len(self.list) - 1))
        self._show_selected()

    def _show_selected(self) -> None:
        at, height = self.list.selected, max(self.size.height, 1)
        for _ in range(3):  # what comes into view above it may be higher than was estimated
            top = self.scroll_offset.y
            self.list.line(self.list.start(at))  # laid out now, so that its end is known
            start, end = self.list.start(at), self.list.end(at)
            if start < top:
                self._settle(start, is_jump=True)
            elif end > top + height and start > top:
                self._settle(min(start, end - height), is_jump=True)
            else:
                break
        self.refresh()

    def _is_in_view(self, at: int) -> bool:
        top = self.scroll_offset.y
        return self.list.end(at) > top and self.list.start(at) < top + self.size.height

    def action_step(self, by: int) -> None:
        """To the next block or the one before; of one that is higher than the view, further in
        it first."""
        if not len(self.list):
            return
        at, top, height = self.list.selected, self.scroll_offset.y, self.size.height
        if not self._is_in_view(at):
            self.select(self.list.at(top if by > 0 else top + height - 1))
        elif by > 0 and self.list.end(at) > top + height:
            self._settle(min(top + height - 1, self.list.end(at) - height))
        elif by < 0 and self.list.start(at) < top:
            self._settle(max(top - height + 1, self.list.start(at)))
        else:
            self.select(at + by)

    def action_page(self, by: int) -> None:
        """A screen further, or back."""
        height = max(self.size.height - 2, 1)
        top = max(0, min(self.scroll_offset.y + by * height, self.list.height - self.size.height))
        self._settle(top)
        if len(self.list):
            first = self.list.at(self.scroll_offset.y)
            if self.list.start(first) < self.scroll_offset.y and self._is_in_view(first + 1):
                first += 1
            at_end = top >= self.list.height - self.size.height
            self.list.selected = len(self.list) - 1 if at_end and by > 0 else first
            self.refresh()

    def action_first(self) -> None:
        """To the top."""
        self.select(0)

    def action_last(self) -> None:
        """To the end, as far as it is loaded."""
        self.select(len(self.list) - 1)

    def action_open(self) -> None:
        """Choose the selected block."""
        if self.current is not None:
            self.post_message(self.Opened(self, self.current))

    def on_click(self, event: events.Click) -> None:
        """A click selects; one on what is selected chooses it."""
        offset = event.get_content_offset(self)
        if offset is None or not len(self.list):
            return
        found = self.list.line(offset.y + self.scroll_offset.y)
        if found is None:
            return
        if found[0] == self.list.selected:
            self.action_open()
        else:
            self.list.selected = found[0]
            self.refresh()

"""The timeline, to which posts are added as they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual import work

from sayso_protocol.translation import _, mark, ngettext

from ..block_list import Block
from .entry_list import EntryListScreen

if TYPE_CHECKING:
    from sayso_node.timeline.watch import Watch

    from ..library import Library

LOOK_SECONDS: Final = 0.5
"""Between two looks at the store; one takes some 50 µs where nothing has come."""

REFRESH_LOOKS: Final = 60
"""Looks after which what is seen is drawn again: times are told from now."""

NODE_LOOKS: Final = 10
"""Looks after which it is seen again whether a node runs."""

MOST_AT_ONCE: Final = 200
"""Posts that are put in their places as they arrive; of more it is said that they are there."""


class TimelineScreen(EntryListScreen):
    """Shows posts, newest first, or as a view ranks them."""

    heading = mark("timeline")
    nothing = mark("Nothing is here yet: c writes a post, 3 follows somebody.")

    def __init__(self) -> None:
        super().__init__()
        self._watch: Watch | None = None
        self._is_looking = False
        self._looks = 0
        self._new = 0
        self._many = False
        self._node = ""

    def source(self) -> Iterator[Block]:
        """See `ListScreen`. What arrives from now on is looked for before anything is read."""
        library = self.reader.library
        self._watch = library.watch() if library.view is None else None
        self._new, self._many = 0, False
        return library.timeline()

    def loaded(self, is_first: bool) -> None:
        """Look out for what arrives, once there is something to add it to."""
        if is_first and self._looks == 0:
            self._looks = 1
            self._look()
            self.set_interval(LOOK_SECONDS, self._look)

    def state(self) -> list[str]:
        """See `ListScreen`."""
        view = self.reader.library.view
        found = [_("by {view}").format(view=view)] if view else []
        if self._many:
            found.append(_("many have come: R shows them"))
        elif self._new:
            found.append(
                ngettext(
                    "{count} new post above: g goes there",
                    "{count} new posts above: g goes there",
                    self._new,
                ).format(count=self._new)
            )
        return [*found, self._node]

    # --- arrival ------------------------------------------------------------------------

    def look_now(self) -> None:
        """Look for what has arrived, without waiting for the next turn."""
        self._look()

    def _look(self) -> None:
        if self._is_looking or self._is_loading:
            return
        self._is_looking = True
        self._looks += 1
        redraw = []
        if self._looks % REFRESH_LOOKS == 0 and self.is_current:
            redraw = [one for one in self.view.seen if one.key not in self._unfolded]
        self._find(self._watch, redraw, self._looks % NODE_LOOKS == 2)

    @work(thread=True, group="look")
    def _find(self, watch: Watch | None, seen: list[Block], is_asked: bool) -> None:
        library = self.reader.library
        try:
            found = [] if watch is None else library.arrived(watch, MOST_AT_ONCE + 1)
            if len(found) > MOST_AT_ONCE:
                self._watch = library.watch()
            node = _node(library) if is_asked else self._node
            drawn = library.drawn_again(seen)
        except Exception as error:
            self.reader.back(self._not_found, error)
            return
        self.reader.back(self._found, watch, found, node, drawn)

    def _not_found(self, error: Exception) -> None:
        self._is_looking = False
        self.reader.tell(error)

    def _found(
        self, watch: Watch | None, found: list[Block], node: str, drawn: list[Block]
    ) -> None:
        self._is_looking = False
        for block in drawn:
            self.view.replace(block)
        is_old = watch is not self._watch and len(found) <= MOST_AT_ONCE
        if found and not is_old:
            if len(found) > MOST_AT_ONCE:
                self._many = True
            else:
                self._add(found)
        if self.view.scroll_offset.y == 0:
            self._new = 0
        self._node = node
        self.show_head()

    def _add(self, found: list[Block]) -> None:
        """Put posts in their places; older than all that is loaded are left for later."""
        view = self.view
        last = view.list.blocks[-1].order if len(view.list) and self._blocks is not None else None
        wanted = [
            one
            for one in found
            if view.list.find(one.key) is None and (last is None or one.order >= last)
        ]
        view.insert(wanted)
        self._new += len(wanted)


def _node(library: Library) -> str:
    if library.unwritable() is not None:
        return _("only read: nothing can be written here")
    return _("node running") if library.is_running() else _("no node runs: `sayso run`")

"""The other lists of entries: a conversation, what was found, notifications, bookmarks, reasons."""

from __future__ import annotations

from collections.abc import Iterator

from sayso_protocol.translation import _, mark

from ..block_list import Block
from ..library import Notified
from ..rule_blocks import why
from ..widgets.block_view import BlockView
from .entry_list import EntryListScreen
from .list_screen import ListScreen
from .person import ask_about


class ThreadScreen(EntryListScreen):
    """A conversation; the entry that it was opened for is selected."""

    heading = mark("conversation")
    answered = False

    def __init__(self, entry_id: str) -> None:
        super().__init__()
        self._entry_id = entry_id
        self._is_found = False

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.reader.library.thread(self._entry_id)

    def loaded(self, is_first: bool) -> None:
        """Select the entry, once it has come."""
        at = None if self._is_found else self.view.list.find(self._entry_id)
        if at is not None:
            self._is_found = True
            self.view.select(at)

    def refresh_after(self, entry_id: str | None) -> None:
        """See `ReaderScreen`: an answer has its place in between."""
        if entry_id is not None:
            self.reload()

    def on_block_view_opened(self, event: BlockView.Opened) -> None:
        """An entry of the conversation: what is folded is opened; another one is a quote's."""
        event.prevent_default()
        event.stop()
        self.action_unfold()


class SearchScreen(EntryListScreen):
    """What has the words that were typed."""

    nothing = mark("Nothing found: only posts of your own and of those whom you follow are here.")

    def __init__(self, typed: str) -> None:
        super().__init__()
        self._typed = typed

    def head_words(self) -> str:
        """See `ListScreen`."""
        return _("search: {typed}").format(typed=self._typed)

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.reader.library.search(self._typed)


class NotificationScreen(EntryListScreen):
    """What others did to the owner."""

    heading = mark("notifications")
    nothing = mark("Nothing yet: only what accounts do that you follow gets here.")

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.reader.library.notifications()

    def on_block_view_opened(self, event: BlockView.Opened) -> None:
        """Show the conversation; of who follows the owner, the account."""
        about = event.block.about
        if isinstance(about, Notified) and about.kind == "follow":
            event.prevent_default()
            self.action_person()

    def action_person(self) -> None:
        """Show what can be done about who did it."""
        block = self.view.current
        if block is not None and isinstance(block.about, Notified):
            self.reader.start(ask_about(self.reader, block.about.by))

    async def _draw_again(self, key: str, *, read: bool = False) -> None:
        """A notification stays as it is."""


class BookmarkScreen(EntryListScreen):
    """The entries that the owner has marked."""

    heading = mark("bookmarks")
    nothing = mark("No bookmarks: m sets one on the selected post.")

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.reader.library.bookmarks()


class AuthorScreen(EntryListScreen):
    """The posts of one account."""

    nothing = mark("No posts of this account are held here.")

    def __init__(self, key: str, name: str) -> None:
        super().__init__()
        self._key = key
        self._name_of = name

    def head_words(self) -> str:
        """See `ListScreen`."""
        return _("posts of {name}").format(name=self._name_of)

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return self.reader.library.timeline(self._key)


class WhyScreen(ListScreen):
    """Why an entry is shown as it is, and how it came here."""

    heading = mark("why it is shown as it is")

    def __init__(self, entry_id: str) -> None:
        super().__init__()
        self._entry_id = entry_id

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return why(self.reader.library, self._entry_id)

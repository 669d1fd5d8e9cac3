"""What the program can tell each of its screens."""

from __future__ import annotations

from textual.screen import Screen

from .layout import Line


class ReaderScreen(Screen[None]):
    """A screen that stands on its own."""

    passes_on = False
    """Whether what is said is shown by the screen below, since this one is about to close."""

    @property
    def is_unfinished(self) -> bool:
        """Whether something that was typed would be lost."""
        return False

    def say(self, *lines: Line) -> None:
        """Show a few lines until the next."""

    def reload(self) -> None:
        """Read anew what it shows."""

    def look_now(self) -> None:
        """Show what has arrived."""

    def refresh_after(self, entry_id: str | None) -> None:
        """Show what became of an entry that something was written about."""

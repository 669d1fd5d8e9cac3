"""What the program can tell each of its screens."""

from __future__ import annotations

from dataclasses import replace

from textual.binding import ActiveBinding
from textual.screen import Screen

from sayso_protocol.translation import _

from .layout import Line


class ReaderScreen(Screen[None]):
    """A screen that stands on its own."""

    passes_on = False
    """Whether what is said is shown by the screen below, since this one is about to close."""

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """See `Screen`: what keys do, as the footer says it."""
        return {key: _translated(one) for key, one in super().active_bindings.items()}

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


def _translated(active: ActiveBinding) -> ActiveBinding:
    binding = active.binding
    if not binding.show or not binding.description:
        return active
    return active._replace(binding=replace(binding, description=_(binding.description)))

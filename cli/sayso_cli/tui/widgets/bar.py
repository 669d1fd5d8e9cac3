"""A bar: a few lines of our own and foreign words that do not scroll."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from ..layout import Line
from .strips import strip_of


class Bar(Widget):
    """Shows lines as they are; what is too long for one is cut."""

    DEFAULT_CSS = "Bar { height: auto; width: 1fr; }"

    def __init__(self, *lines: Line, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = lines

    def show(self, *lines: Line) -> None:
        """Show other lines."""
        if lines != self._lines:
            is_taller = len(lines) != len(self._lines)
            self._lines = lines
            self.refresh(layout=is_taller)

    @property
    def text(self) -> str:
        """What it shows, for whoever looks at it without a terminal."""
        return "\n".join("".join(span.text for span in line) for line in self._lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """See `Widget`."""
        return max(len(self._lines), 1)

    def render_line(self, y: int) -> Strip:
        """See `Widget`."""
        line = self._lines[y] if y < len(self._lines) else ()
        return strip_of(line, self.size.width, self.rich_style)

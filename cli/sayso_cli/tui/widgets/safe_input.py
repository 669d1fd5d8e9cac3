"""Fields to type in. What is pasted into them may be from anywhere, and Textual draws it as it is:
it is made safe to show first."""

from __future__ import annotations

from textual import events
from textual.widgets import Input, TextArea

from sayso_node.text.sanitize import foreign, foreign_line


class SafeInput(Input):
    """A line."""

    def _on_paste(self, event: events.Paste) -> None:
        super()._on_paste(events.Paste(foreign_line(event.text.partition("\n")[0])))
        event.stop()
        event.prevent_default()


class SafeTextArea(TextArea):
    """A text of many lines."""

    async def _on_paste(self, event: events.Paste) -> None:
        await super()._on_paste(events.Paste(foreign(event.text.replace("\r", "\n"))))
        event.stop()
        event.prevent_default()

"""Text as people type and paste it, made what an entry holds."""

from __future__ import annotations

from ..text_encoding import with_line_feeds


def typed_text(text: str) -> str:
    """The text as it is published: with line feeds, whatever it was typed or pasted with."""
    return with_line_feeds(text)

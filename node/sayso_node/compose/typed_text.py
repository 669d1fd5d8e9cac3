"""Text as people type and paste it, made what an entry holds."""

from __future__ import annotations


def typed_text(text: str) -> str:
    """The text with line feeds for the line ends of Windows (CR LF): an entry is the same for every
    reader. A carriage return alone ends no line anywhere today, and stays what was typed."""
    return text.replace("\r\n", "\n")

"""Text as people type and paste it, made what an entry holds."""

from __future__ import annotations


def typed_text(text: str) -> str:
    """The text with line feeds for line ends, however the system that it comes from ends lines
    (Windows CR LF, old Macs CR): an entry is the same for every reader."""
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")

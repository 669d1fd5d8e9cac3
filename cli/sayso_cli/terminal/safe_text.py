"""Text that is safe to print, of whoever's words it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def safe_line(*parts: str) -> str:
    """Parts as one line that is safe to print.

    Plain ASCII is what `layout.line` would give back as it is; loading its tables for that
    would cost each command more than all else it does.
    """
    if all(part.isascii() and part.isprintable() for part in parts):
        return "  ".join(filter(None, parts))
    from .layout import line

    return line(*parts)


def safe_phrase(*parts: str) -> str:
    """Parts as one, with a space between them: as `layout.phrase`, as cheap as `safe_line`."""
    if all(part.isascii() and part.isprintable() for part in parts):
        return " ".join(filter(None, parts))
    from .layout import phrase

    return phrase(*parts)


def json_text(fields: Mapping[str, Any]) -> str:
    """One object on one line, UTF-8.

    What could act on a terminal, end a line or not be encoded is written as ``\\uXXXX``,
    which means the same in JSON.
    """
    import json
    import re

    text = json.dumps(fields, ensure_ascii=False)
    if text.isascii() and text.isprintable():
        return text
    unsafe = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
    return re.sub(unsafe, lambda found: f"\\u{ord(found[0]):04x}", text)

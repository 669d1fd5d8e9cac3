"""Lines of text that a person is called by, or calls something: names, labels, tags."""

from __future__ import annotations

import re
from typing import Final

_JOINERS: Final = "\u200c\u200d"
"""They part and join letters where a script has forms for that (Persian, Sinhala), and emoji."""

_JOINED: Final = (
    "(?<=["
    "\u0600-\u1dff\u2020-\u2bff\u2e80-\ua63f\ua6a0-\ua6ff\ua800-\uab2f\uabc0-\ud7ff\uf900-\ufe0f"
    "\ufe70-\uffdc\U00010800-\U0001fbff\U00020000-\U0003ffff"
    f"])[{_JOINERS}](?=[^ {_JOINERS}])"
)
"""A joiner behind a letter that has such forms, or an emoji, and before anything that is seen."""

_FLAG: Final = "(?<=\U0001f3f4)[\U000e0020-\U000e007e]{1,8}\U000e007f"
"""Letters of a flag (England, Scotland, Wales)."""


def is_line(text: str) -> bool:
    """Whether a text is one line, of characters that can be seen: no controls, no marks of
    direction, and joiners only where they join."""
    if text.isprintable():
        return True
    return re.sub(_JOINED, "", re.sub(_FLAG, "", text)).isprintable()

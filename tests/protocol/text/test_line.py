"""Names may have joiners where a script needs them, and nothing else that is not seen."""

from __future__ import annotations

import pytest

from sayso_protocol.text.line import is_line

LINES = [
    "Ana 🏳️‍🌈", "علی‌رضا", "ජයශ්‍රී", "👩‍💻 Cy", "مِی‌خواهم", "ന്‍റെ", "👨‍👩‍👧", "❤️‍🔥", "क्‍ष",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Isla", "👩🏽‍🚀", "O’Brien", "naïve", "",
]  # fmt: skip
OTHERS = [
    "ad\u200da", "\u200dada", "ada\u200d", "a\u200cb", "علی\u200c", "علی\u200c\u200cرضا",
    "👩\u200d", "a\u202eb", "a\nb", "a\tb", "a\u200bb", "a\u2060b", "\ufeffa", "a\u00adb",
    "a\U000e0062b", "🏴\U000e0062", "\ud800", "a\u2028b", "👩\u200d 💻", "я\u200dя",
    "λ\u200cλ", "1\u200d2",
]  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_lines(text: str) -> None:
    assert is_line(text)


@pytest.mark.parametrize("text", OTHERS, ids=ascii)
def test_what_is_none(text: str) -> None:
    assert not is_line(text)

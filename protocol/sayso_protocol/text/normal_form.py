"""Texts as they are kept: composed, so that one spelling is one text.

`keep` is for short texts that stand for something: tags, names, petnames, labels, reactions,
passphrases. What somebody wrote, the text of a post above all, stays as they wrote it: composing
may change how old characters look (Unicode Standard Annex 15, section 5).
"""

from __future__ import annotations


def keep(text: str) -> str:
    """The text in normal form C, made in time linear in it: see `stream_safe`. What it gives it
    leaves alone."""
    if text.isascii():
        return text
    from unicodedata import normalize

    from .marks import stream_safe  # it compiles patterns, which ASCII does not need

    return normalize("NFC", stream_safe(text))

"""Texts as they are compared: equal texts have one folded form.

`fold` is for what stands for something (tags, names, hosts, reactions), `bare` for words within
texts, which rules and searches look for. Both leave alone what they give, and take time linear in
the text. docs/protocol.md, section 15, is the definition, `tests/vectors/texts.json` has cases.
"""

from __future__ import annotations


def fold(text: str) -> str:
    """The text without case, compatibility forms (NFKC), what cannot be seen and how apostrophes,
    quotation marks and dashes are written. The four letters ``I i İ ı`` are one."""
    if text.isascii():
        return text.lower()
    from .unicode_fold import fold_unicode  # it compiles patterns, which ASCII does not need

    return fold_unicode(text)


def bare(text: str) -> str:
    """As `fold`, and without accents and vowel points."""
    if text.isascii():
        return text.lower()
    from .unicode_fold import bare_unicode

    return bare_unicode(text)

"""Names that look alike: the skeletons of Unicode Technical Standard 39, section 4.

Two texts of which one can be taken for the other have one skeleton: ``paypal`` in Latin letters,
and with a Cyrillic ``а``. Nobody reads a skeleton; it is only compared.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final
from unicodedata import normalize

from .fold import bare

MAX_COMPARED: Final = 256
"""Characters of a name that are compared: no profile has a longer one. What is beyond is left
out, so that a long text costs no more."""


_MAX_REMEMBERED: Final = 1024
"""Names whose keys are remembered: a few hundred KB, a few MB where all are hostile."""


def skeleton(text: str) -> str:
    """The skeleton of the first `MAX_COMPARED` characters, without spaces. Of a skeleton it is the
    skeleton itself."""
    text = text[:MAX_COMPARED]
    if not text.isascii():
        from .unicode_fold import without_ignorable

        text = without_ignorable(text)
    found = normalize("NFD", text).translate(_table(ascii_only=text.isascii()))
    return "".join(normalize("NFD", found).split())


def look_keys(name: str) -> frozenset[str]:
    """What a name is compared by, also without case and accents: two look alike where they have
    one of these in common. At most two; none of a name in which nothing can be seen."""
    return _look_keys(name[:MAX_COMPARED])


@lru_cache(maxsize=_MAX_REMEMBERED)
def _look_keys(name: str) -> frozenset[str]:
    exact = skeleton(bare(name))
    return frozenset(one for one in (exact, skeleton(bare(skeleton(name)))) if one)


@cache
def _table(*, ascii_only: bool) -> dict[int, str]:
    if ascii_only:  # which needs not the whole of Unicode
        return _ASCII
    from .confusables import PROTOTYPES

    found: dict[int, str] = {}
    prototype = ""
    for word in PROTOTYPES.split():
        before, colon, source = word.rpartition(":")
        if colon:
            prototype = "".join(chr(int(one, 16)) for one in before.split("+"))
        found[int(source, 16)] = prototype
    # Some prototypes, taken apart, are characters of the table: the standard leaves these as they
    # are, and so has two skeletons for ``Ǆ`` and what it looks like.
    return {one: normalize("NFD", to).translate(found) for one, to in found.items()}


_ASCII: Final = {
    ord(one): to
    for one, to in {
        '"': "''",
        "%": "\u00ba/\u2080",
        "0": "O",
        "1": "l",
        "I": "l",
        "`": "'",
        "m": "rn",
        "|": "l",
    }.items()
}
"""The part of the table that is about ASCII."""

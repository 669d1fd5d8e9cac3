"""Kinds of text that lines treat otherwise than foreign text."""

from __future__ import annotations


class OwnText(str):
    """Text that `Style` has decorated: cleaned already, and the control bytes are ours.

    Any operation on it gives a plain `str`, which is cleaned like any other.
    """

    __slots__ = ()


class Phrase(OwnText):
    """Several parts in one, cleaned and fenced off from each other already."""

    __slots__ = ()


class Whole(str):
    """Text that somebody may copy, as a key, a link or an address: no line break is put into it,
    even where it is wider than the terminal."""

    __slots__ = ()

"""Lines that hold our words and foreign ones, so that neither can pass for the other.

Two things could otherwise mislead a reader. Right-to-left text pulls digits and
punctuation beside it to its other side (Unicode's bidirectional algorithm, UAX #9): a
name could rearrange the line that it stands in. `line` puts a letter that runs from left
to right on either side of such a field; no invisible control is needed. And a post that
holds line ends, or spaces up to the terminal's edge, could draw a line that looks like
our own. `paragraph` wraps foreign text itself and puts a prefix before every line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from sayso_node.text.sanitize import columns, fitting, foreign, foreign_line

from .own_text import OwnText, Phrase, Whole

GAP = "  "
FENCE = "\u01c0"
"""Looks like a bar, but is a Latin letter (dental click): it holds place and direction."""

INNER = GAP + GAP
"""What stands before the rest of a line of a list that is broken."""

NARROWEST = 8
"""Columns that a paragraph takes even where the terminal is narrower."""

_CLOSING = r"[;:!?\u00bb](?: |$)"
"""A mark that begins no line: French sets a space before it."""

_WORDS = re.compile(f" +(?!{_CLOSING})|(?:`[^`]*`|[^ ]| (?={_CLOSING}))+")
"""Spaces, and what stands between them; a command in backquotes is one word, so that it can be
copied."""

_BEGINNING = re.compile(r" +(?:\S+(?: \S+)? {2,})?")
"""What stands before the words of a line in a list: a space, and perhaps a term."""

_NO_BEGINNING = frozenset(
    "、。，．！？：；）］｝」』】》〉”’…‥ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々ๆໆ"
)
"""Signs that no line begins with (JIS X 4051, the short list)."""

_SELECTOR = "\ufe0f"

_FILLED = 16
"""Columns that must be left in a row for a part that is longer than a row to begin there."""

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})

SEQUENCE = re.compile(r"(\x1b\[[\d;]*m)")
"""What decorates: SGR (ECMA-48), which `Style` alone writes."""

_RESET = "\x1b[0m"


def line(*parts: str) -> str:
    """Return parts side by side, each fenced off that holds right-to-left text."""
    return _beside(parts, GAP)


def phrase(*parts: str) -> Phrase:
    """Return parts as one, a space between them, fenced off as in `line`."""
    return Phrase(_beside(parts, " "))


def _beside(parts: Iterable[str], gap: str) -> str:
    out = ""
    fenced = False
    for part in filter(None, parts):
        shown = part if isinstance(part, OwnText) else foreign_line(part)
        turns = not isinstance(part, Phrase) and runs_right_to_left(shown)
        if turns or fenced:
            out += f"{gap}{FENCE} {shown}" if out else f"{FENCE} {shown}"
        else:
            out += gap + shown if out else shown
        fenced = turns
    return f"{out} {FENCE}" if fenced else out


def flowed(parts: Iterable[str], width: int, first: str = "", rest: str = GAP) -> list[str]:
    """Return parts side by side in rows of at most ``width`` columns.

    ``first`` and ``rest`` are ours and stand before the first row and the others. A part that does
    not fit goes into the next row; one that is wider than a row is broken between words.
    """
    rows: list[list[str]] = [[]]
    for part in filter(None, parts):
        shown = part if isinstance(part, OwnText | Whole) else foreign_line(part)
        if not _fits([*rows[-1], shown], width, rest if rows[1:] else first):
            rows += _rows_of(shown, rows, width, rest if rows[1:] else first, rest)
        else:
            rows[-1].append(shown)
    before = [first, *[rest] * (len(rows) - 1)]
    return [(start + line(*row)).rstrip(" ") for start, row in zip(before, rows, strict=True)]


def _fits(row: list[str], width: int, before: str) -> bool:
    return seen_columns(before + line(*row)) <= width


def _rows_of(shown: str, rows: list[list[str]], width: int, now: str, rest: str) -> list[list[str]]:
    """Put a part that does not fit into the last row as far as it can begin there; gives the rows
    for what is left of it."""
    room = max(width - columns(undecorated(rest)) - _fences(shown), NARROWEST)
    left = width - seen_columns(now + line(*rows[-1])) - len(GAP) - _fences(shown)
    if rows[-1] and (isinstance(shown, Whole) or left < _FILLED or seen_columns(shown) <= room):
        if isinstance(shown, Whole) or seen_columns(shown) <= room:
            return [[shown]]
        return [[piece] for piece in _broken(shown, room, room)]
    if isinstance(shown, Whole):
        rows[-1].append(shown)
        return []
    begins = left if rows[-1] else width - columns(undecorated(now)) - _fences(shown)
    pieces = _broken(shown, max(begins, NARROWEST), room)
    rows[-1].append(pieces[0])
    return [[piece] for piece in pieces[1:]]


def _fences(shown: str) -> int:
    """Columns that fences may take on both sides of a piece."""
    return 2 * len(f"{FENCE} ") if runs_right_to_left(shown) else 0


def _broken(shown: str, first: int, room: int) -> list[str]:
    """A part in pieces, decorated as it is: the first of at most ``first`` columns."""
    plain = undecorated(shown)
    pieces = _pieces(plain, first, room)
    if plain == shown or not isinstance(shown, OwnText):
        return [OwnText(each) if _is_safe(each) else each for each in pieces]
    signs = [(code, sign) for code, text in _runs(shown) for sign in text]
    at, found = 0, []
    for piece in pieces:
        at = plain.index(piece, at)
        by_code = groupby(signs[at : at + len(piece)], key=lambda one: one[0])
        runs = ((code, "".join(sign for _, sign in run)) for code, run in by_code)
        text = "".join(f"{code}{run}{_RESET}" if code else run for code, run in runs)
        found.append(Phrase(text) if _is_safe(piece) else OwnText(text))
        at += len(piece)
    return list(found)


def _runs(shown: str) -> Iterator[tuple[str, str]]:
    """Stretches of a decorated text, each with the sequence that it stands under."""
    code = ""
    for one in SEQUENCE.split(shown):
        if one.startswith("\x1b"):
            code = "" if one == _RESET else one
        else:
            yield code, one


def _pieces(text: str, first: int, room: int) -> list[str]:
    head = wrapped(text, first)[0]
    rest = text[len(head) :]
    left = rest.lstrip(" ")
    if left != rest and _is_mark(left[:1]):
        left = f" {left}"  # which carries it
    return [head.rstrip(" "), *(each.rstrip(" ") for each in (wrapped(left, room) if left else ()))]


def _is_safe(piece: str) -> bool:
    """Whether a piece of a cleaned part is what cleaning it again would give."""
    return not runs_right_to_left(piece) and foreign_line(piece) == piece


def undecorated(text: str) -> str:
    """A text without decoration of ours."""
    return SEQUENCE.sub("", text) if "\x1b" in text else text


def seen_columns(text: str) -> int:
    """Return how many columns a text of ours takes, decoration left out."""
    return columns(undecorated(text))


def paragraph(text: str, width: int | None = None, prefix: str = GAP) -> str:
    """Return foreign text of many lines, each with our prefix, wrapped to ``width``."""
    room = None if width is None else max(width - seen_columns(prefix), NARROWEST)
    lines = foreign(text).split("\n")
    if room is not None:
        lines = [piece for whole in lines for piece in wrapped(whole, room)]
    return "\n".join((prefix + each).rstrip(" ") for each in lines)


def fitted(text: str, width: int) -> str:
    """Return a text of ours with each line broken that is wider than ``width``; what is left of it
    stands below the second column of a line that has two."""
    lines = []
    for each in text.split("\n"):
        begin = _BEGINNING.match(each)
        hang = len(begin[0]) if begin and len(begin[0]) <= width // 2 else len(INNER)
        first, *others = wrapped(each, width)
        left = each[len(first) :].lstrip(" ") if others else ""
        lines += [first, *(" " * hang + piece for piece in wrapped(left, width - hang) if piece)]
    return "\n".join(line.rstrip(" ") for line in lines)


def padded(text: str, width: int) -> str:
    """Return foreign text in exactly ``width`` columns, cut or filled with spaces."""
    shown = foreign_line(text, width)
    return shown + " " * (width - columns(shown))


def wrapped(shown: str, width: int) -> list[str]:
    """Return one shown line in pieces of at most ``width`` columns.

    It is broken at spaces, which are dropped there. A word that is too long for a line of its own
    begins where the one before it ends, since scripts without spaces write so, and is broken where
    the line ends.
    """
    pieces: list[str] = []
    piece, used = "", 0
    for word in _words_of(shown):
        wide = columns(word)
        if used + wide <= width:
            piece, used = piece + word, used + wide
            continue
        if word.isspace():
            if piece:
                pieces.append(piece)
            piece, used = "", 0
            continue
        if wide <= width or width - used < NARROWEST:
            if piece:
                pieces.append(piece)
            piece, used = "", 0
        piece += word
        used = columns(piece)
        while used > width:
            end = _break_in(piece, width)
            pieces.append(piece[:end])
            used -= columns(pieces[-1])
            piece = piece[end:]
            if piece.startswith(_SELECTOR):  # whose width hangs on the sign before it
                used = columns(piece)
    return [*pieces, piece] if piece or not pieces else pieces


def _words_of(shown: str) -> list[str]:
    """Words and the spaces between them; a space that carries a mark belongs to the word."""
    words: list[str] = _WORDS.findall(shown)
    if shown.isascii():
        return words
    for at in range(1, len(words)):
        if _is_mark(words[at][0]) and words[at - 1].endswith(" "):
            words[at - 1], words[at] = words[at - 1][:-1], f" {words[at]}"
    return list(filter(None, words))


def _is_mark(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] == "M"


def _break_in(piece: str, width: int) -> int:
    """The place where a piece without spaces is broken, one sign at least from its beginning."""
    end = max(fitting(piece, width), 1)
    if end > 2 and piece[end] in _NO_BEGINNING and piece[end - 1] not in _NO_BEGINNING:
        return end - 1
    return end


def runs_right_to_left(shown: str) -> bool:
    """Say whether text holds a character that is written from right to left."""
    if shown.isascii():
        return False
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in set(shown))

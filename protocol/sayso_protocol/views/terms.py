"""The terms of a view's expression, found in its text.

A score is a sum, and `why` tells it summand by summand. Where the outermost operator of an
expression is ``+`` its summands are the terms; else the whole is one term. Tokens are those of
CEL (github.com/google/cel-spec, langdef.md, "Syntax"). Takes expressions that are valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""
    (?P<space> [ \t\r\n\f]+ | //[^\n]* )
  | (?P<text>
        (?: [rR][bB]? | [bB][rR] ) (?: \"{3} .*? \"{3} | '{3} .*? '{3} | "[^"\r\n]*" | '[^'\r\n]*' )
      | [bB]? (?:
            \"{3} (?: \\. | [^\\] )*? \"{3} | '{3} (?: \\. | [^\\] )*? '{3}
          | "(?: \\. | [^"\\\r\n] )*" | '(?: \\. | [^'\\\r\n] )*' ) )
  | (?P<float> [0-9]* \. [0-9]+ (?: [eE][+-]?[0-9]+ )? | [0-9]+ [eE][+-]?[0-9]+ )
  | (?P<name> [_a-zA-Z][_a-zA-Z0-9]* )
  | (?P<other> 0x[0-9a-fA-F]+ | [0-9]+ | \|\| | && | [=!<>]= | . )
    """,
    re.VERBOSE | re.DOTALL,
)

_WEAKER: Final = frozenset({"?", ":", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "in"})
"""Operators that hold their sides together less than ``+`` does."""

_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")


class Token(NamedTuple):
    """A piece of an expression. `kind` is ``text``, ``float``, ``name`` or ``other``."""

    kind: str
    text: str
    start: int


def tokens(expression: str) -> Iterator[Token]:
    """The tokens in order, without spaces and comments."""
    for found in _TOKEN.finditer(expression):
        kind = found.lastgroup or ""
        if kind != "space":
            yield Token(kind, found[0], found.start())


def terms_of(expression: str) -> tuple[str, ...]:
    """The summands in order, each a valid expression, without comments around it."""
    terms, depth = list[list[Token]]([[]]), 0
    for token in tokens(expression):
        if token.kind == "other" and token.text in _CLOSING:
            depth -= 1
        if depth == 0 and token.kind != "text":
            if token.text in _WEAKER:
                return (_stretch(expression, [*tokens(expression)]),)
            if token.text == "+":  # CEL has no sign of that kind: it always adds
                terms.append([])
                continue
        if token.kind == "other" and token.text in _OPENING:
            depth += 1
        terms[-1].append(token)
    return tuple(_stretch(expression, term) for term in terms)


def names_in(expression: str) -> frozenset[str]:
    """All names in an expression: of facts, functions and words of the language."""
    return frozenset(token.text for token in tokens(expression) if token.kind == "name")


def _stretch(expression: str, part: list[Token]) -> str:
    if not part:
        return ""
    return expression[part[0].start : part[-1].start + len(part[-1].text)]

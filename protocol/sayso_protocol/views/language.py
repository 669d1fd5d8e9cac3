"""The language of views: CEL, as far as it is the same everywhere and its cost is bounded.

CEL is the Common Expression Language (cel.dev, specified in github.com/google/cel-spec), here by
its authors' own implementation. Of its standard library a view has what stands in `FUNCTIONS`:
whole numbers of 64 bits whose overflow is an error, comparisons, logic, choice, and looking into
short texts and lists. It has no floats, no clock, no patterns and no loops (CEL's macros), and
nothing that makes longer texts or lists: so each operator costs at most what its operands
are long, once. Types are checked before anything is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from ..content.view import MAX_EXPRESSION
from ..facts import FACTS, Kind
from ..limits import MAX_TERMS
from ..suggestion import similar
from ..translation import _, mark
from .terms import terms_of, tokens

MISSING: Final = mark(
    "views need the library cel-expr-python, which is not installed on this machine"
)

FUNCTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "_+_": ("add_int64",),
    "_-_": ("subtract_int64",),
    "_*_": ("multiply_int64",),
    "_/_": ("divide_int64",),
    "_%_": ("modulo_int64",),
    "-_": ("negate_int64",),
    "_<_": ("less_int64",),
    "_<=_": ("less_equals_int64",),
    "_>_": ("greater_int64",),
    "_>=_": ("greater_equals_int64",),
    "_==_": (),
    "_!=_": (),
    "!_": (),
    "_&&_": (),
    "_||_": (),
    "_?_:_": (),
    "@in": ("in_list",),
    "size": ("size_list", "list_size"),
    "startsWith": (),
}
"""Operators and functions by their names in CEL, each with its overloads (none named: all)."""

LONG_TEXTS: Final = frozenset({"text", "carried_text"})
"""Facts that views do not see. Looking through them costs what a stranger wrote; rules find words
in one pass, and their boosts count in every view."""

VIEW_FACTS: Final = {name: fact for name, fact in FACTS.items() if name not in LONG_TEXTS}
"""The facts that views see, by name."""

_TYPES: Final[Mapping[Kind, str]] = {
    Kind.INTEGER: 'type_name: "int"',
    Kind.TEXT: 'type_name: "string"',
    Kind.TEXTS: 'type_name: "list", params: [{type_name: "string"}]',
}

_WHAT_CAME: Final = {
    "DOUBLE": mark("a fraction"),
    "STRING": mark("a text"),
    "BOOL": mark("true or false"),
}
_TOO_DEEP: Final = mark("it is nested too deep, or has too many operators in one row")
_FAULT: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNKNOWN: Final = re.compile(r"undeclared reference to '([^']*)'")


class BadView(Exception):
    """A view that cannot be used; the text says why."""


class Failed(Exception):
    """An expression that has no value for one entry; the text says why."""


class Program:
    """One expression, compiled. Raises `BadView`."""

    def __init__(self, expression: str) -> None:
        self._program = _compiled(expression)

    def value(self, known: Activation) -> int:
        """The whole number that it comes to. Raises `Failed`."""
        result = self._program.eval(known)
        if result.type().name() == "INT":
            return int(result.value())
        is_by_zero = "zero" in str(result.value())
        raise Failed(_("division by zero") if is_by_zero else _("overflow"))


Activation = Any
"""Values that programs are given."""


def check_expression(expression: str) -> None:
    """Raise `BadView` where an expression cannot be used."""
    if len(expression.encode()) > MAX_EXPRESSION:
        raise BadView(
            _("the expression is longer than {max_expression} bytes").format(
                max_expression=MAX_EXPRESSION
            )
        )
    for token in tokens(expression):
        if token.kind == "float":
            raise BadView(
                _("{text} is a fraction: views count in whole numbers").format(text=token.text)
            )
    _compiled(expression)
    if len(terms_of(expression)) > MAX_TERMS:
        raise BadView(
            _("the expression has more than {max_terms} terms").format(max_terms=MAX_TERMS)
        )


def activation(values: Mapping[str, Any]) -> Activation:
    """Values of facts, for programs."""
    return _environment().Activation(dict(values))


def _compiled(expression: str) -> Any:
    try:
        program = _environment().compile(expression)
    except (RuntimeError, ValueError) as error:
        raise BadView(_reason(str(error))) from error
    came = program.return_type().name()
    if came != "INT":
        what = _(_WHAT_CAME.get(came, came.lower()))
        raise BadView(
            _("a view must come to a whole number, and this comes to {what}").format(what=what)
        )
    return program


@cache
def _environment() -> Any:
    try:
        from cel_expr_python import cel
    except ImportError as error:
        raise BadView(_(MISSING)) from error
    return cel.NewEnv(config=cel.NewEnvConfigFromYaml("\n".join(_config())))


def _config() -> Iterator[str]:
    """The parts of the language, as CEL's own configuration (cel-go, "env" package), in YAML."""
    yield "stdlib:\n  disable_macros: true\n  include_functions:"
    for name, overloads in FUNCTIONS.items():
        yield f'  - name: "{name}"'
        if overloads:
            yield "    overloads: [" + ", ".join(f'{{id: "{one}"}}' for one in overloads) + "]"
    yield "variables:"
    for name, fact in VIEW_FACTS.items():
        yield f'  - {{name: "{name}", {_TYPES[fact.kind]}}}'


def _reason(said: str) -> str:
    """The first thing that the library has to say, with its place."""
    found = _FAULT.search(said)
    if found is None or found[1].startswith("-"):  # no place: it is about the whole
        known = "ecursion" in said
        first = said.partition("\n")[0]
        return _(_TOO_DEEP) if known else _("it cannot be read: {reason}").format(reason=first)
    text = found[3].partition(" expecting ")[0].removesuffix(" [INVALID_ARGUMENT]")
    unknown = _UNKNOWN.search(text)
    if unknown is not None:
        text = _("`{unknown}` is nothing that views know{similar}").format(
            unknown=unknown[1], similar=similar(unknown[1], _WORDS)
        )
    return _("it cannot be read, at {line}:{column}: {reason}").format(
        line=found[1], column=found[2], reason=text
    )


_WORDS: Final = (*VIEW_FACTS, "size", "startsWith")

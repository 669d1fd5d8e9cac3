"""A plain definition of what expressions of views come to, and expressions to try it on."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from hypothesis import strategies as st

if importlib.util.find_spec("cel_expr_python") is None and sys.platform == "linux":
    if platform.libc_ver()[0] != "glibc":  # where there are wheels it must be there
        pytest.skip("cel-expr-python has no wheels for this machine", allow_module_level=True)

LOW, HIGH = -(2**63), 2**63 - 1


class NoValue(Exception):
    """Overflow, or division by zero."""


Known = Mapping[str, int]
Meaning = Callable[[Known], int]


@dataclass(frozen=True)
class Made:
    """An expression and what it means: a number, or with `truth` 0 and 1."""

    text: str
    means: Meaning


def held(value: int) -> int:
    if not LOW <= value <= HIGH:
        raise NoValue
    return value


def divide(left: int, right: int) -> int:
    """Towards zero."""
    if right == 0:
        raise NoValue
    return held(abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1))


def rest(left: int, right: int) -> int:
    if right == 0 or (left == LOW and right == -1):
        raise NoValue
    return left - divide(left, right) * right


COUNTING = {
    "+": lambda left, right: held(left + right),
    "-": lambda left, right: held(left - right),
    "*": lambda left, right: held(left * right),
    "/": divide,
    "%": rest,
}
COMPARING = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}


def joined(left: Made, sign: str, right: Made) -> Made:
    work = (COUNTING | COMPARING)[sign]
    return Made(
        f"({left.text} {sign} {right.text})",
        lambda known: work(left.means(known), right.means(known)),
    )


def both(left: Made, sign: str, right: Made) -> Made:
    """A side that decides does so whatever becomes of the other (langdef.md, "Logical
    Operators")."""

    def means(known: Known) -> int:
        found = set[int | None]()
        for side in (left, right):
            try:
                found.add(side.means(known))
            except NoValue:
                found.add(None)
        deciding = int(sign == "||")
        if deciding in found:
            return deciding
        if None in found:
            raise NoValue
        return 1 - deciding

    return Made(f"({left.text} {sign} {right.text})", means)


def chosen(condition: Made, then: Made, other: Made) -> Made:
    return Made(
        f"({condition.text} ? {then.text} : {other.text})",
        lambda known: (then if condition.means(known) else other).means(known),
    )


def negative(one: Made) -> Made:
    return Made(f"-({one.text})", lambda known: held(-one.means(known)))


def number(value: int) -> Made:
    return Made(str(value), lambda _: value)


def fact(name: str) -> Made:
    return Made(name, lambda known: known[name])


NUMBERS = st.one_of(
    st.integers(-3, 3), st.sampled_from([HIGH, LOW, HIGH // 2, 2**32, -(2**32)])
).map(number)
LEAVES = st.one_of(NUMBERS, st.sampled_from(["age", "replies", "rate", "distance"]).map(fact))


def _truths(numbers: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    plain = st.builds(joined, numbers, st.sampled_from(sorted(COMPARING)), numbers)
    return st.one_of(plain, st.builds(both, plain, st.sampled_from(["&&", "||"]), plain))


def _more(numbers: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    return st.one_of(
        st.builds(joined, numbers, st.sampled_from(sorted(COUNTING)), numbers),
        st.builds(chosen, _truths(numbers), numbers, numbers),
        st.builds(negative, numbers),
    )


EXPRESSIONS = st.recursive(LEAVES, _more, max_leaves=8)

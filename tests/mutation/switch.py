"""Which mutant is on. Every function of a mutated module asks here at each call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

MutantDict = dict[str, Callable[..., Any]]
Function = tuple[str, str]
"""Module and mangled name, as in ``("sayso_protocol.codec", "x__check")``."""

ORIGINAL = "_mutmut_orig"


class Switch:
    """One for the process: a fork sets its own."""

    module = ""
    mutant = ""
    called: set[Function] | None = None
    """While this is a set, the functions that are called are noted in it."""


def switched(mutants: MutantDict, is_classmethod: bool = False) -> Callable[..., Any]:
    """What mutmut's generated code wraps each function in; it fills `mutants` afterwards."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        module = function.__module__

        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            chosen = mutants[ORIGINAL]
            if Switch.called is not None:
                Switch.called.add((module, chosen.__name__.removesuffix("__mutmut_orig")))
            elif Switch.module == module:
                chosen = mutants.get(Switch.mutant, chosen)
            if is_classmethod:
                return getattr(args[0], chosen.__name__)(*args[1:], **named)
            return chosen(*args, **named)

        return call

    return decorate

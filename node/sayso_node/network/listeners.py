"""Those who want to be told of something that happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVarTuple

logger = logging.getLogger(__name__)

Told = TypeVarTuple("Told")


class Listeners(Generic[*Told]):
    """Functions that are called in the order in which they came."""

    def __init__(self) -> None:
        self._all: list[Callable[[*Told], object]] = []

    def add(self, listener: Callable[[*Told], object]) -> None:
        """Tell this one as well from now on."""
        self._all.append(listener)

    def tell(self, *told: *Told) -> None:
        """Call each. A fault of one is logged: it must not stop whoever tells, nor the others."""
        for listener in self._all:
            try:
                listener(*told)
            except Exception:
                logger.exception("%r failed", listener)

"""Facts that are others' opinions: labels.

Nothing gathers them yet; a rule that asks is told that there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .facts import StoredFacts

OPINIONS: Final[Mapping[str, Callable[[StoredFacts], Any]]] = {
    "labels": lambda _: (),
    "labels_through": lambda _: (),
}

"""The form of a table's column."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """How a column gives way: `least` columns it keeps, `wraps` onto more lines where it is too
    narrow (else it is cut), and its cells stand to the `right`."""

    least: int = 4
    wraps: bool = False
    right: bool = False

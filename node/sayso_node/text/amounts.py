"""Sizes, in words."""

from __future__ import annotations

from sayso_protocol.quantity import quantity

_UNITS = ("kB", "MB", "GB", "TB")


def size_text(size: int) -> str:
    """A number of bytes in decimal units (SI), with two figures at the least: ``999 bytes``,
    ``2.5 kB``, ``418 kB``, ``3.2 MB``."""
    if size < 1000:
        return quantity(size, "byte")
    of, unit = size / 1000, _UNITS[0]
    for larger in _UNITS[1:]:
        if of < 999.5:
            break
        of, unit = of / 1000, larger
    return f"{of:.1f} {unit}" if of < 9.95 else f"{of:.0f} {unit}"

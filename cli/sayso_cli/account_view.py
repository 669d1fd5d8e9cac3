"""How accounts, and what is held of them, look to a person."""

from __future__ import annotations

from typing import Any

from .output import Output


def show_holdings(out: Output, item: dict[str, Any]) -> None:
    """Print one account and how much of it is here."""
    name = f"@{item['petname']}" if item["petname"] else item["name"] or ""
    out.line(item["account"], name, _amount(item))
    for feed in item["forked"]:
        out.indented("forked, so no longer believed:", feed)


def _amount(item: dict[str, Any]) -> str:
    if not item["feeds"]:
        return "nothing held yet"
    if item["missing"]:
        return f"{item['have']} of {item['head']} entries held"
    return f"all {item['have']} entries held"

"""How accounts, and what is held of them, look to a person."""

from __future__ import annotations

from typing import Any

from ..terminal.output import Output


def show_holdings(out: Output, item: dict[str, Any]) -> None:
    """Print one account and how much of it is here."""
    name = f"@{item['petname']}" if item["petname"] else item["name"] or ""
    out.line(item["account"], name, _amount(item))
    show_conditions(out, item)
    if item["moved_to"]:
        out.indented("goes on under another key:", item["moved_to"])


def show_conditions(out: Output, item: dict[str, Any]) -> None:
    """Print which feeds have forked or ended, and where."""
    for feed, seq in item["forked_at"].items():
        if feed not in item["ended"]:
            out.indented(f"forked at entry {seq}, so not believed from there on:", feed)
    for feed, seq in item["ended"].items():
        out.indented(f"ended by its account after entry {seq}:", feed)


def _amount(item: dict[str, Any]) -> str:
    if not item["feeds"]:
        return "nothing held yet"
    if item["missing"]:
        return f"{item['have']} of {item['head']} entries held"
    return f"all {item['have']} entries held"

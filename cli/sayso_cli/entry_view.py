"""How an entry looks to a person."""

from __future__ import annotations

from typing import Any

from .output import Output

Item = dict[str, Any]

SHORT_ID = 12
"""Digits of an id that are shown: enough for a store of millions, and for an ID argument."""
SHORT_KEY = 12
"""Characters of a key that stand behind every name, since names can be made alike."""


def show_entry(out: Output, item: Item, *, whole: bool, unfold: bool = True) -> None:
    """Print an entry and an empty line; `whole` shows what is behind a content warning. Without
    `unfold` an entry that the own rules fold is one line that says so."""
    if out.json:
        return
    if item["folded"] and not unfold:
        out.line(f"(folded by {item['folded']})", item["because"] or "", item["id"][:SHORT_ID])
        return
    out.heading(who(item), item["author"][:SHORT_KEY], when(item), item["id"][:SHORT_ID])
    for how in filter(item.get, ("hidden", "folded")):
        out.indented(f"({how} by {item[how]})", item["because"] or "")
    _show_body(out, item, whole=whole)
    facts = _facts(item)
    if facts:
        out.indented(*facts)
    out.line("")


def who(item: Item) -> str:
    """What to call the author. Names can be made alike: print the key beside it."""
    if item["petname"]:
        return f"@{item['petname']}"
    return item["name"] or "(no name)"


def when(item: Item) -> str:
    """How long ago the entry was written; of an imported post the original time."""
    from sayso_node.clock import now_ms
    from sayso_node.rfc3339 import parse_time

    from .times import for_people

    now, written = now_ms(), item.get("written")
    text = for_people(parse_time(written or item["time"], now), now)
    return f"{text}, imported" if written else text


def _show_body(out: Output, item: Item, *, whole: bool) -> None:
    warn = item.get("warn")
    if warn:
        out.indented("content warning:", warn)
    if item["text"] is None:
        out.indented(*_other_kind(item))
    elif warn and not whole:
        out.indented(f"to read it: sayso show {item['id'][:SHORT_ID]}")
    else:
        out.paragraph(item["text"])


def _other_kind(item: Item) -> list[str]:
    match item["kind"]:
        case None:
            return [f"(its {item['bytes']} bytes are not held here)"]
        case "follow" | "unfollow" if "account" in item:
            return [f"({item['kind']}s an account)", item["account"]]
        case "profile" if "profile_name" in item:
            return ["(profile)", item["profile_name"] or "", item["bio"] or ""]
        case "open":
            return ["(the beginning of this feed)"]
        case kind:
            return ["(of a kind that this version does not know)", kind]


def _facts(item: Item) -> list[str]:
    facts = []
    if item["reply_to"]:
        facts.append(f"reply to {item['reply_to'][:SHORT_ID]}")
    elif item.get("reply_origin"):
        facts += ["reply to", item["reply_origin"]]
    if item.get("quote"):
        facts.append(f"quotes {item['quote'][:SHORT_ID]}")
    if item["replies"]:
        facts.append("1 reply" if item["replies"] == 1 else f"{item['replies']} replies")
    return facts + [f"#{tag}" for tag in item["tags"]]

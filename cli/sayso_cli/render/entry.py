"""How an entry looks to a person."""

from __future__ import annotations

from typing import Any

from ..terminal.output import Output
from .short import SHORT_ID, SHORT_KEY

Item = dict[str, Any]


MAX_REACTIONS = 8
"""Reactions that are shown with a post; `show` has all."""

MAX_INDENT = 8
"""Signs before a name that show how deep a reply stands; deeper ones look alike."""


def show_entry(out: Output, item: Item, *, whole: bool, unfold: bool = True) -> None:
    """Print an entry and an empty line; `whole` shows what is behind a content warning. Without
    `unfold` an entry that the own rules fold is one line that says so."""
    if out.json:
        return
    if item["folded"] and not unfold:
        out.line(f"(folded by {item['folded']})", item["because"] or "", item["id"][:SHORT_ID])
        return
    depth = "›" * min(item.get("depth") or 0, MAX_INDENT)
    name = f"{depth} {who(item)}" if depth else who(item)
    key, entry_id = item["author"][:SHORT_KEY], item["id"][:SHORT_ID]
    moment = when(item) if item["time"] else "not held here"
    out.heading(name, key, moment, entry_id, *_score(item))
    for how in filter(item.get, ("hidden", "folded")):
        out.indented(f"({how} by {item[how]})", item["because"] or "")
    if hint := item.get("in_step"):
        from .finding import in_step

        said = in_step(hint["accounts"], hint["within_ms"], burst=hint["burst"])
        out.indented(f"({said}: see `sayso coordination`)")
    if item["time"] is None:
        _show_unheld(out, item)
    elif item["kind"] == "repost" and item.get("of"):
        _show_repost(out, item["of"], whole=whole)
    else:
        _show_body(out, item, whole=whole)
    facts = _facts(item)
    if facts:
        out.indented(*facts)
    out.line("")


def show_reactions(out: Output, item: Item) -> None:
    """Print who reacted, a line each; after `show_entry`."""
    for one in item["reacted"]:
        out.indented(quoted(one["emoji"]), who(one), one["by"][:SHORT_KEY])


def quoted(emoji: str) -> str:
    """A reaction, in quotes where it is words: they could pass for ours."""
    return f"“{emoji}”" if any(map(str.isalnum, emoji)) else emoji


def who(item: Item) -> str:
    """What to call the author. Names can be made alike: print the key beside it."""
    if item["petname"]:
        return f"@{item['petname']}"
    return item["name"] or "(no name)"


def when(item: Item) -> str:
    """How long ago the entry was written; of an imported post the original time."""
    from sayso_node.clock import now_ms
    from sayso_node.timestamps import parse_time

    from ..terminal.relative_time import for_people

    now, written = now_ms(), item.get("written")
    text = for_people(parse_time(written or item["time"], now), now)
    return f"{text}, imported" if written else text


def _score(item: Item) -> list[str]:
    """The end of the head line of an entry that a view ranked."""
    if "score" not in item:
        return []
    return ["no score" if item["score"] is None else f"score {item['score']}"]


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


def _show_unheld(out: Output, item: Item) -> None:
    out.indented("it comes once its account is followed: sayso follow", item["author"])


def _show_repost(out: Output, original: Item, *, whole: bool) -> None:
    """What a repost shows, below whose repost it is."""
    key, entry_id = original["author"][:SHORT_KEY], original["id"][:SHORT_ID]
    out.indented("reposts", who(original), key, entry_id)
    if original["time"] is None:
        out.indented("not held here")
        _show_unheld(out, original)
    else:
        _show_body(out, original, whole=whole)


def _other_kind(item: Item) -> list[str]:
    match item["kind"]:
        case None:
            return [
                f"(its {item['bytes']} bytes are not held here: `sayso why` says by which rule)"
            ]
        case "follow" | "unfollow" if "account" in item:
            return [f"({item['kind']}s an account)", item["account"]]
        case "profile" if "profile_name" in item:
            return ["(profile)", item["profile_name"] or "", item["bio"] or ""]
        case "react" if "on" in item:
            return [
                f"(reacts to {item['on'][:SHORT_ID]})",
                quoted(item["emoji"] or "") or "takes it back",
            ]
        case "repost" if "of" in item:
            return ["(reposts an entry)"]
        case "label" if "label" in item:
            return ["(labels entries or accounts)", item["label"]]
        case "view" if "view" in item:
            return ["(offers a view)", item["view"], item["expression"]]
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
    if item["reposts"]:
        facts.append("1 repost" if item["reposts"] == 1 else f"{item['reposts']} reposts")
    for emoji, count in list(item["reactions"].items())[:MAX_REACTIONS]:
        facts += [quoted(emoji), f"×{count}"]
    return facts + [f"#{tag}" for tag in item["tags"]]

"""The keys of the full-screen reader and what they do, as its help and its page say it."""

from __future__ import annotations

from typing import Final

HELP: Final = {
    "Move": (
        ("j k, arrows", "next and previous"),
        ("space b, PgDn PgUp", "a screen further, and back"),
        ("g G, Home End", "to the top, to the end"),
        ("Enter, click", "open the conversation, or what is selected"),
        ("q Esc", "back; on the timeline it leaves"),
        ("Ctrl+C", "leave; asks where something is written"),
    ),
    "Lists": (
        ("1", "timeline"),
        ("2", "notifications"),
        ("3", "people: follow, name, mute, block"),
        ("4", "filters: rules, each with its effect before it counts"),
        ("5", "bookmarks"),
        ("/", "search"),
        ("R", "read the list again"),
    ),
    "Write": (
        ("c", "write a post"),
        ("r", "reply"),
        ("Q", "quote"),
        ("s", "repost, or take that back"),
        ("+", "react; nothing typed takes it back"),
        ("v", "vote; nothing typed takes it back"),
        ("e", "edit, of your own"),
        ("d", "take back, of your own, for good"),
        ("m", "bookmark, or take the mark off"),
    ),
    "Choose": (
        ("x", "show what a content warning or a rule folds"),
        ("w", "why it is shown as it is"),
        ("u", "show what rules hide and fold, and hide it again"),
        ("p", "its author: follow, name, mute, block, all posts"),
        ("a d", "in people: a follows; in filters: add, remove a rule"),
    ),
    "While writing": (
        ("Ctrl+S", "publish"),
        ("Ctrl+P", "preview"),
        ("Ctrl+T", "attach a file, with words for who cannot see it"),
        ("Ctrl+G", "content warning"),
        ("Esc", "leave; asks where something is written"),
    ),
}
"""By what they are for."""

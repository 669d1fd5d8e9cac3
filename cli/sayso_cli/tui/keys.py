"""The keys of the full-screen reader and what they do, as its help and its page say it."""

from __future__ import annotations

from typing import Final

from sayso_protocol.translation import mark

HELP: Final = {
    mark("Move"): (
        (mark("j k, arrows"), mark("next and previous")),
        (mark("space b, PgDn PgUp"), mark("a screen further, and back")),
        (mark("g G, Home End"), mark("to the top, to the end")),
        (mark("Enter, click"), mark("open the conversation, or what is selected")),
        (mark("q Esc"), mark("back; on the timeline it leaves")),
        ("Ctrl+C", mark("leave; asks where something is written")),
    ),
    mark("Lists"): (
        ("1", mark("timeline")),
        ("2", mark("notifications")),
        ("3", mark("people: follow, name, mute, block")),
        ("4", mark("filters: rules, each with its effect before it counts")),
        ("5", mark("bookmarks")),
        ("6", mark("messages: a writes to somebody, r replies, d forgets")),
        ("7", mark("strangers: a accepts, d declines, b blocks")),
        ("/", mark("search")),
        ("R", mark("read the list again")),
    ),
    mark("Write"): (
        ("c", mark("write a post")),
        ("r", mark("reply")),
        ("Q", mark("quote")),
        ("s", mark("repost, or take that back")),
        ("+", mark("react; nothing typed takes it back")),
        ("v", mark("vote; nothing typed takes it back")),
        ("e", mark("edit, of your own")),
        ("d", mark("take back, of your own, for good")),
        ("m", mark("bookmark, or take the mark off")),
    ),
    mark("Choose"): (
        ("x", mark("show what a content warning or a rule folds")),
        ("w", mark("why it is shown as it is")),
        ("u", mark("show what rules hide and fold, and hide it again")),
        ("p", mark("its author: follow, name, mute, block, all posts")),
        ("a d", mark("in people: a follows; in filters: add, remove a rule")),
    ),
    mark("While writing"): (
        ("Ctrl+S", mark("publish")),
        ("Ctrl+P", mark("preview")),
        ("Ctrl+T", mark("attach a file, with words for who cannot see it")),
        ("Ctrl+G", mark("content warning")),
        (mark("Esc"), mark("leave; asks where something is written")),
    ),
}
"""By what they are for; to be translated where they are shown."""

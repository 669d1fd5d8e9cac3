"""What to type next, at the end of a command that begins something."""

from __future__ import annotations

import shlex

from sayso_protocol.translation import _, mark

from ..context import Context

FIRST_STEPS = (
    ('post "Hello"', mark("writes your first post")),
    ("follow KEY --name PET", mark("follows somebody")),
    ("run --peer MADDR", mark("runs the node, so that posts come and go")),
    ("help", mark("lists all commands")),
)


def show_next(context: Context, *steps: tuple[str, str]) -> None:
    """Print commands and what each does, for the home that this one was about."""
    home = getattr(context.args, "home", None)
    program = "sayso" if home is None else f"sayso --home {shlex.quote(home)}"
    width = max(len(words) for words, _what in steps)
    context.out.heading(_("Next"))
    for words, what in steps:
        context.out.indented(f"{program} {words.ljust(width)}", _(what))

"""What to type next, at the end of a command that begins something."""

from __future__ import annotations

import shlex

from sayso_protocol.translation import _

from ..context import Context

FIRST_STEPS = (
    ('post "Hello"', "writes your first post"),
    ("follow KEY --name PET", "follows somebody"),
    ("run --peer MADDR", "runs the node, so that posts come and go"),
    ("help", "lists all commands"),
)


def show_next(context: Context, *steps: tuple[str, str]) -> None:
    """Print commands and what each does, for the home that this one was about."""
    home = getattr(context.args, "home", None)
    program = "sayso" if home is None else f"sayso --home {shlex.quote(home)}"
    width = max(len(words) for words, _ in steps)
    context.out.heading(_("Next"))
    for words, what in steps:
        context.out.indented(f"{program} {words.ljust(width)}", what)

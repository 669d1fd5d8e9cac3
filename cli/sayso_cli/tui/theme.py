"""The colours of the reader: those of the terminal, which may be light or dark."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

_OWN: Final = "ansi_default"
"""The terminal's own ink, or its own paper."""

TERMINAL: Final = Theme(
    name="terminal",
    primary="ansi_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    accent="ansi_cyan",
    foreground=_OWN,
    background=_OWN,
    surface=_OWN,
    panel=_OWN,
    boost=_OWN,
    ansi=True,
    variables={
        "border": "ansi_blue",
        "border-blurred": "ansi_bright_black",
        "ansi-background": _OWN,
        "ansi-foreground": _OWN,
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "block-hover-background": _OWN,
        "footer-foreground": _OWN,
        "footer-key-foreground": "ansi_cyan",
        "footer-description-foreground": _OWN,
        "input-cursor-background": _OWN,
        "input-cursor-foreground": _OWN,
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_cyan",
        "screen-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_cyan",
        "scrollbar-active": "ansi_cyan",
        "scrollbar-background": _OWN,
        "scrollbar-background-hover": _OWN,
        "scrollbar-background-active": _OWN,
        "scrollbar-corner-color": _OWN,
    },
)

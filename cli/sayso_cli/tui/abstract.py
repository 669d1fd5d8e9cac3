"""The metaclass of screens and applications of which a part is left to those below them."""

from __future__ import annotations

from abc import ABCMeta

from textual.message_pump import _MessagePumpMeta


class AbstractPumpMeta(ABCMeta, _MessagePumpMeta):
    """Textual's own, with abstract methods: what lacks one cannot be made."""

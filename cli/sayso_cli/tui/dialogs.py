"""Questions on top of a screen: for a line, for a yes, for one of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from sayso_protocol.translation import _

from .block_list import Block
from .layout import Look, lay, plain_line
from .rows import AnyRow, Kind, Row
from .widgets.bar import Bar
from .widgets.block_view import BlockView
from .widgets.safe_input import SafeInput

WIDTH = 70
"""Columns of the text in a question."""

FEW_LINES = 6
MOST_LINES = 12
"""Lines of what a question is about."""


class Ask(ModalScreen[str | None]):
    """Asks for a line; gives None where it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(
        self,
        question: str,
        hint: str = "",
        *,
        about: Sequence[AnyRow] = (),
        text: str = "",
        is_secret: bool = False,
        most: int = FEW_LINES,
    ) -> None:
        super().__init__()
        self._question, self._hint = question, hint
        self._about = lay(about, WIDTH)[:most]
        self._text, self._is_secret = text, is_secret

    def compose(self) -> ComposeResult:
        """See `Screen`."""
        with Vertical(classes="dialog"):
            yield Bar(plain_line(self._question, look=Look.STRONG))
            if self._about:
                yield Bar(*self._about)
            if self._hint:
                yield Bar(*lay([Row(Kind.DETAIL, (self._hint,))], WIDTH))
            with Horizontal(classes="typed"):
                yield Bar(plain_line(">"), classes="sign")
                # A passphrase is drawn as dots, and must stay as it is typed.
                yield Input(password=True) if self._is_secret else SafeInput(self._text)
            yield Bar(plain_line(_("Enter: go on   Esc: leave"), look=Look.FAINT))

    def on_mount(self) -> None:
        """See `Screen`."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give what was typed."""
        self.dismiss(event.value.strip() if not self._is_secret else event.value)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Asks before something that should not happen by a slip."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes", show=False),
        Binding("n,escape,q", "answer(False)", "no", show=False),
    ]

    def __init__(self, text: str, question: str, about: Sequence[AnyRow] = ()) -> None:
        super().__init__()
        self._rows = [*about, *([Row(Kind.LINE, (text,))] if text else [])]
        self._question = question

    def compose(self) -> ComposeResult:
        """See `Screen`."""
        with Vertical(classes="dialog"):
            if self._rows:
                yield Bar(*lay(self._rows, WIDTH)[:MOST_LINES])
            yield Bar(plain_line(self._question, look=Look.STRONG))
            yield Answer(_("y: yes"), answer=True)
            yield Answer(_("n: no"), answer=False)

    def action_answer(self, answer: bool) -> None:
        """Give the answer."""
        self.dismiss(answer)


class Answer(Bar):
    """An answer that can be clicked."""

    def __init__(self, text: str, *, answer: bool) -> None:
        super().__init__(plain_line(f"  {text}"))
        self._answer = answer

    def on_click(self, _: events.Click) -> None:
        """Give it."""
        if isinstance(self.screen, Confirm):
            self.screen.action_answer(self._answer)


class Choose(ModalScreen[str | None]):
    """Asks for one of several things that can be done; gives the key of that."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "leave", show=False)]

    def __init__(self, about: Sequence[AnyRow], choices: dict[str, str]) -> None:
        super().__init__()
        self._about, self._choices = about, choices

    def compose(self) -> ComposeResult:
        """See `Screen`."""
        with Vertical(classes="dialog"):
            yield Bar(*lay(self._about, WIDTH)[:MOST_LINES])
            view = BlockView()
            view.styles.height = min(2 * len(self._choices), MOST_LINES)
            yield view
            yield Bar(plain_line(_("Enter, click: do it   Esc: leave"), look=Look.FAINT))

    def on_mount(self) -> None:
        """See `Screen`."""
        view = self.query_one(BlockView)
        view.extend(
            Block(key, [Row(Kind.LINE, (f"{key}  {what}",))]) for key, what in self._choices.items()
        )
        view.focus()

    def on_key(self, event: events.Key) -> None:
        """Each choice has a key of its own."""
        if event.character in self._choices:
            event.stop()
            self.dismiss(event.character)

    def on_block_view_opened(self, event: BlockView.Opened) -> None:
        """Give what was chosen."""
        self.dismiss(event.block.key)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)

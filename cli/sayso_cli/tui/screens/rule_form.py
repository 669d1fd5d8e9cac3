"""A form for a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Input

from sayso_protocol.translation import _, mark

from ...rule_conditions import HELP, condition_value
from .. import destinations
from ..base_app import BaseApp
from ..layout import Look, plain_line, said_lines
from ..reader_screen import ReaderScreen
from ..widgets.bar import Bar
from ..widgets.safe_input import SafeInput

if TYPE_CHECKING:
    from ..library import Library

ACTIONS: Final = {
    "hide": "show nothing",
    "fold": "show one line",
    "allow": "show as usual",
    "drop": "neither store nor pass on",
}

CONDITIONS: Final = (
    "words",
    "account",
    "tag",
    "host",
    "lang",
    "kind",
    "pattern",
    "distance",
    "copies",
    "coordinated",
    "account_younger",
)
"""Those that are asked for here, in this order; `sayso filter add --help` has all."""

OTHERS: Final = {
    "action": mark("hide: show nothing; fold: show one line; allow: show as usual"),
    "because": mark("the reason, shown with the post"),
    "lasts": mark("how long: 2h, 7d, 4w; else for ever"),
}


class RuleForm(ReaderScreen):
    """Asks for the parts of a rule, then shows its effect."""

    DEFAULT_CSS = """
    RuleForm .row { height: 1; }
    RuleForm .label { width: 17; }
    RuleForm Input { width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "try_it", mark("show its effect"), priority=True),
        Binding("escape", "leave", mark("leave"), priority=True),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
    ]

    passes_on = True

    @property
    def reader(self) -> BaseApp:
        """The program."""
        return cast(BaseApp, self.app)

    def compose(self) -> ComposeResult:
        """See `Screen`."""
        yield Bar(plain_line(" " + _("a rule: all that is filled in must hold")), id="head")
        with VerticalScroll():
            for name in ("action", *CONDITIONS, "because", "lasts"):
                label = Bar(plain_line(f" {name.replace('_', ' ')}"), classes="label")
                with Horizontal(classes="row"):
                    yield label
                    yield SafeInput("hide" if name == "action" else "", id=f"field-{name}")
        yield Bar(id="hint")
        yield Bar(id="said")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """See `Screen`."""
        self.query_one("#field-words", Input).focus()

    def on_descendant_focus(self) -> None:
        """Say what the field means."""
        name = (self.focused.id or "") if self.focused is not None else ""
        name = name.removeprefix("field-")
        text = OTHERS.get(name) or HELP.get(name)
        self.query_one("#hint", Bar).show(
            plain_line(f" {name}: {_(text) if text else ''}", look=Look.FAINT)
        )

    def on_input_submitted(self) -> None:
        """Enter goes to the next field."""
        self.focus_next()

    def action_leave(self) -> None:
        """Leave the form."""
        self.dismiss()

    def action_try_it(self) -> None:
        """Show what the rule would change."""
        self.reader.start(self._try())

    async def _try(self) -> None:
        from ...errors import problem_of

        typed = {one.id or "": one.value.strip() for one in self.query(Input)}
        library, pen = self.reader.library, self.reader.pen
        try:
            fields = await self.reader.off(lambda: rule_fields(library, typed))
        except Exception as error:
            said = said_lines(self.size.width, problem_of(error).line, look=Look.BAD)
            self.query_one("#said", Bar).show(*said)
            return
        from sayso_node.filters.edit import added

        self.reader.open(
            destinations.Effect(
                _("with the new rule"),
                lambda: added(library.home, fields, first=False),
                lambda: pen.add_rule(fields),
            )
        )


def rule_fields(library: Library, typed: dict[str, str]) -> dict[str, Any]:
    """The fields of a rule in the file, from what was typed. Raises `UsageError`, `NodeError`."""
    from sayso_node.clock import now_ms
    from sayso_node.filters.edit import added, until
    from sayso_protocol.durations import seconds_of
    from sayso_protocol.filters.conditions import CONDITIONS as KINDS
    from sayso_protocol.filters.conditions import Bound

    from ...errors import UsageError
    from ...options import whole_number

    def given(name: str) -> str:
        return typed.get(f"field-{name}", "")

    action = given("action")
    if action not in ACTIONS:
        raise UsageError(_("an action is one of {names}").format(names=", ".join(ACTIONS)))
    fields: dict[str, Any] = {"action": action}
    for name in CONDITIONS:
        text, kind = given(name), KINDS[name]
        if not text:
            continue
        if not isinstance(kind, Bound):
            fields[name] = condition_value(name, [text], library.store)
        else:
            fields[name] = text if kind.duration else _number(text, whole_number)
    if len(fields) == 1:
        raise UsageError(_("fill in a condition: a rule without one would be about everything"))
    if given("lasts"):
        seconds = seconds_of(given("lasts"))
        if not seconds:
            raise UsageError(
                _("{given} is no duration: write 30m, 2h, 7d or 4w").format(given=given("lasts"))
            )
        fields["until"] = until(now_ms() + seconds * 1000)
    if given("because"):
        fields["because"] = given("because")
    added(library.home, fields, first=False)  # mistakes are told here
    return fields


def _number(text: str, read: Callable[[str], int]) -> int:
    from argparse import ArgumentTypeError

    from ...errors import UsageError

    try:
        return read(text)
    except ArgumentTypeError as error:
        raise UsageError(str(error)) from error


if TYPE_CHECKING:
    from collections.abc import Callable

"""Writing a post, a reply, a quote or another version, with a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from sayso_node.text.sanitize import foreign
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ..base_app import BaseApp
from ..block_list import Block
from ..destinations import Compose
from ..dialogs import Ask, Confirm
from ..layout import Line, Look, Span, plain_line, said_lines
from ..reader_screen import ReaderScreen
from ..widgets.bar import Bar
from ..widgets.block_view import BlockView
from ..widgets.safe_input import SafeTextArea

if TYPE_CHECKING:
    from sayso_node.compose.post import Draft
    from sayso_node.media.attachment_file import AttachmentFile

    from ..pen import Act

ABOUT_HEIGHT = 7
"""Lines of what is answered or quoted."""


class ComposeScreen(ReaderScreen):
    """Writes one post."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "publish", mark("publish"), priority=True),
        Binding("ctrl+p", "preview", mark("preview"), priority=True),
        Binding("ctrl+t", "attach", mark("attach"), priority=True),
        Binding("ctrl+g", "warn", mark("warning"), priority=True),
        Binding("escape", "leave", mark("leave"), priority=True),
    ]

    passes_on = True

    def __init__(self, to: Compose) -> None:
        super().__init__()
        self._reply, self._quote, self._edit = to.reply, to.quote, to.edit
        self._about, self._before, self._warn = to.about, to.text, to.warn
        self._files: list[AttachmentFile] = []
        self._is_publishing = False

    @property
    def reader(self) -> BaseApp:
        """The program."""
        return cast(BaseApp, self.app)

    @property
    def area(self) -> SafeTextArea:
        """Where it is written."""
        return self.query_one(SafeTextArea)

    def compose(self) -> ComposeResult:
        """See `Screen`."""
        what = _("write another version") if self._edit else _("write a post")
        what = _("reply to") if self._reply else _("quote a post") if self._quote else what
        yield Bar(plain_line(f" {what}"), id="head")
        if self._about:
            about = BlockView(id="about")
            about.can_focus = False
            about.styles.height = ABOUT_HEIGHT
            yield about
        yield SafeTextArea(self._before, soft_wrap=True, highlight_cursor_line=False)
        preview = BlockView(id="preview")
        preview.display = False
        yield preview
        yield Bar(id="facts")
        yield Bar(id="said")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """See `Screen`."""
        if self._about:
            self.query_one("#about", BlockView).extend([Block("about", self._about)])
        if foreign(self._before) != self._before:
            self.area.read_only = True
            self._say(_("signs in this text cannot be edited here: `sayso edit ID` does"), Look.BAD)
        self.area.move_cursor(self.area.document.end)
        self.area.focus()
        self._show_facts()

    def on_text_area_changed(self) -> None:
        """Say how long it is."""
        self._show_facts()

    @property
    def is_unfinished(self) -> bool:
        """See `ReaderScreen`."""
        return bool(self._files) or self.area.text.strip() not in ("", self._before.strip())

    # --- keys ---------------------------------------------------------------------------

    def action_publish(self) -> None:
        """Publish it."""
        if not self._is_publishing and not self.area.read_only:
            self._is_publishing = True
            self._start(self._publish())

    async def _publish(self) -> None:
        try:
            made = await self.reader.sign(
                await self._act(), _("edited") if self._edit else _("posted")
            )
        finally:
            self._is_publishing = False
        if made is None:
            return
        self.dismiss()
        self.reader.written(self._edit or self._reply)

    def action_preview(self) -> None:
        """Show how it would look, or go on writing."""
        preview = self.query_one("#preview", BlockView)
        if preview.display:
            preview.display = False
            self.area.display = True
            self.area.focus()
        else:
            self._start(self._preview())

    async def _preview(self) -> None:
        draft, files = self._draft(), list(self._files)
        rows = await self.reader.off(lambda: self.reader.pen.preview(draft, files))
        preview = self.query_one("#preview", BlockView)
        preview.clear()
        preview.extend([Block("preview", rows)])
        self.area.display = False
        preview.display = True
        preview.focus()
        self._say(_("a preview: Ctrl+P goes on writing, Ctrl+S publishes"))

    def action_attach(self) -> None:
        """Attach a file."""
        self._start(self._ask_file())

    async def _ask_file(self) -> None:
        path = await self.app.push_screen_wait(Ask(_("Attach"), _("the path of a picture or film")))
        if not path:
            return
        file = await self.reader.off(lambda: self.reader.pen.file(path, ""))
        hint = _("what it shows, for who cannot see it")
        alt = await self.app.push_screen_wait(
            Ask(_("Words for {name}").format(name=file.path.name), hint)
        )
        if alt is None:
            return
        self._files.append(await self.reader.off(lambda: self.reader.pen.file(path, alt)))
        self._show_facts()

    def action_warn(self) -> None:
        """Put a content warning before it."""
        self._start(self._ask_warning())

    async def _ask_warning(self) -> None:
        hint = _("shown in place of the text; nothing removes it")
        typed = await self.app.push_screen_wait(Ask(_("Content warning"), hint, text=self._warn))
        if typed is not None:
            self._warn = typed
            self._show_facts()

    def action_leave(self) -> None:
        """Leave it, after a question where something is written."""
        if self.query_one("#preview", BlockView).display:
            self.action_preview()
        elif self.is_unfinished:
            self._start(self._leave())
        else:
            self.dismiss()

    async def _leave(self) -> None:
        if await self.app.push_screen_wait(Confirm("", _("Throw away what is written?"))):
            self.dismiss()

    # --- within -------------------------------------------------------------------------

    def _start(self, act: Coroutine[Any, Any, None]) -> None:
        self.reader.start(self._told(act))

    async def _told(self, act: Coroutine[Any, Any, None]) -> None:
        """What goes wrong is said here, where the words are that it is about."""
        from ...errors import problem_of

        try:
            await act
        except Exception as error:
            self._say(problem_of(error).line, Look.BAD)

    def _say(self, text: str, look: Look = Look.PLAIN) -> None:
        self.query_one("#said", Bar).show(*said_lines(self.size.width, text, look=look))

    def _draft(self) -> Draft:
        from sayso_node.compose.post import Draft

        return Draft(self.area.text, self._reply, self._quote, warn=self._warn or None)

    async def _act(self) -> Act:
        pen, files = self.reader.pen, list(self._files)
        if self._edit is not None:
            return pen.edit(self._edit, self.area.text, self._warn, files)
        return pen.post(self._draft(), files)

    def _show_facts(self) -> None:
        size = len(self.area.text.encode("utf-8", "surrogatepass"))
        facts = [quantity(size, "byte")] if size else []
        if self._warn:
            facts.append(_("warning: {warn}").format(warn=self._warn))
        facts += [f"[{one.path.name}: {one.alt or _('without words')}]" for one in self._files]
        line: Line = (Span(" "), *plain_line(*facts, look=Look.FAINT)) if facts else ()
        self.query_one("#facts", Bar).show(line)


if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

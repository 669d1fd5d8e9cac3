"""What all screens of the reader share: what they say, ask and write, and where they lead."""

from __future__ import annotations

import asyncio
import os
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerCancelled

from sayso_protocol.translation import _

from ..errors import DEBUG, problem_of
from .abstract import AbstractPumpMeta
from .destinations import Destination
from .layout import Look, said_lines
from .library import Library
from .pen import Act, Pen
from .reader_screen import ReaderScreen
from .theme import TERMINAL

if TYPE_CHECKING:
    from sayso_node.accounts.author import Published
    from sayso_node.home.directory import Home

T = TypeVar("T")


class BaseApp(App[None], metaclass=AbstractPumpMeta):
    """Shows one home. `view` ranks the timeline."""

    CSS = """
    Screen { layout: vertical; }
    #head { height: 1; text-style: bold; }
    #said { height: auto; max-height: 3; }
    ModalScreen { align: center middle; }
    .dialog { width: 76; max-width: 100%; height: auto; max-height: 90%; }
    .dialog { border: round $border; padding: 0 1; }
    .dialog BlockView { height: auto; max-height: 12; }
    .dialog .typed { height: 1; }
    .dialog .sign { width: 2; }
    Input { border: none; height: 1; padding: 0; width: 1fr; }
    TextArea { border: none; padding: 0 1; height: 1fr; }
    """
    ENABLE_COMMAND_PALETTE = False
    TITLE = "sayso"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,ctrl+c", "quit", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "suspend", show=False),
    ]

    def __init__(self, home: Home, view: str | None = None) -> None:
        super().__init__(ansi_color=True)
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.library = Library(home, view)
        self.pen = Pen(self.library)

    @property
    def failure(self) -> Exception | None:
        """What ended the program, where it was a mistake in it."""
        return self._exception

    def _fatal_error(self) -> None:
        """See `App`, which would print a traceback with the values of variables: words of
        strangers as they are, and perhaps a passphrase."""
        self._close_messages_no_wait()

    def on_mount(self) -> None:
        """Draw everything again once the program goes on that Ctrl-Z had stopped: the terminal has
        forgotten it."""
        self.app_resume_signal.subscribe(self, lambda _: self._draw_all())

    def _draw_all(self) -> None:
        for widget in self.screen.walk_children(with_self=True):
            widget.refresh()
        self.screen.refresh(layout=True)

    async def action_quit(self) -> None:
        """Leave; asks where something that was typed would be lost."""
        from .dialogs import Confirm

        screens = [one for one in self.screen_stack if isinstance(one, ReaderScreen)]
        if isinstance(self.screen, Confirm) or not any(one.is_unfinished for one in screens):
            self.exit()
        else:
            self.start(self._leave_unfinished())

    async def _leave_unfinished(self) -> None:
        from .dialogs import Confirm

        if await self.push_screen_wait(Confirm("", _("Leave, and throw away what is written?"))):
            self.exit()

    def on_unmount(self) -> None:
        """Close the store."""
        self.library.close()

    # --- what all screens say and ask ---------------------------------------------------

    def say(self, *parts: str, look: Look = Look.PLAIN) -> None:
        """Show a line below the list, until the next."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, ReaderScreen) and not screen.passes_on:
                screen.say(*said_lines(self.size.width, *parts, look=look))
                return

    def tell(self, error: BaseException) -> None:
        """Say what went wrong; a mistake of ours ends the program where the details are wanted."""
        problem = problem_of(error)
        if problem.code == "internal" and os.environ.get(DEBUG) and isinstance(error, Exception):
            self._handle_exception(error)
        self.say(problem.line, look=Look.BAD)

    def start(self, act: Coroutine[Any, Any, None]) -> None:
        """Do something that asks and waits; what goes wrong is said."""
        self.run_worker(self._guarded(act), exit_on_error=True)

    async def _guarded(self, act: Coroutine[Any, Any, None]) -> None:
        try:
            await act
        except (asyncio.CancelledError, WorkerCancelled):
            raise
        except Exception as error:
            self.tell(error)

    async def off(self, job: Callable[[], T]) -> T:
        """Do something that waits for the disk or for a peer, off the event loop."""
        return await asyncio.to_thread(job)

    async def unlock(self) -> bool:
        """Ask for the passphrase where the keys are locked; False where the owner thought better of
        it."""
        from .dialogs import Ask

        if await self.off(self.pen.is_locked):
            typed = await self.push_screen_wait(Ask(_("Passphrase"), is_secret=True))
            if not typed:
                return False
            self.pen.passphrase = typed.encode()
        return True

    # --- writing ------------------------------------------------------------------------

    async def sign(self, act: Act, done: str) -> Published | None:
        """Write an entry: with the passphrase where the keys are locked, and after a question
        where the clock seems wrong. None where the owner thought better of it."""
        from sayso_node.errors import KeystoreError

        from .dialogs import Confirm

        if not await self.unlock():
            self.say(_("nothing was written"))
            return None
        doubt = await self.off(self.pen.clock_doubt)
        if doubt and not await self.push_screen_wait(Confirm(doubt, _("Write all the same?"))):
            self.say(_("nothing was written"))
            return None
        try:
            made, said = await self.off(lambda: self.pen.do(act))
        except KeystoreError:
            self.pen.passphrase = None  # asked for again next time
            raise
        self.say(done, _("already, so nothing was written") if made.already else "", said or "")
        return made

    # --- destinations -------------------------------------------------------------------

    @abstractmethod
    def made(self, to: Destination) -> ReaderScreen:
        """The screen of a destination."""

    def open(self, to: Destination) -> None:
        """Show a destination on top of the one that is shown."""
        self.push_screen(self.made(to))

    def go(self, to: Destination | None) -> None:
        """Show a destination on top of the timeline, or the timeline alone."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if to is not None:
            self.open(to)

    def reload(self) -> None:
        """Have all screens read anew what they show."""
        for screen in self.screen_stack:
            if isinstance(screen, ReaderScreen):
                screen.reload()

    def written(self, entry_id: str | None) -> None:
        """Tell all screens that something was written: about an entry, where one is named."""
        for screen in self.screen_stack:
            if isinstance(screen, ReaderScreen):
                screen.look_now()
                screen.refresh_after(entry_id)

    def back(self, callback: Callable[..., object], *values: object) -> None:
        """Call something on the event loop, from a thread; nothing where the program is about to
        end."""
        with suppress(RuntimeError):
            self.call_from_thread(callback, *values)

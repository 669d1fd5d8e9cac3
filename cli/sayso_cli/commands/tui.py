"""Read and write on the whole screen: timeline, conversations, notifications, people, filters.

`?` shows the keys. With --plain it is a conversation in lines, without anything drawn, for screen
readers and terminals that cannot do more.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from importlib.util import find_spec

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..options import add_signing
from ..terminal.prompt import sees_output


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--view", metavar="NAME", help=_("best first, by this view"))
    parser.add_argument(
        "--plain", action="store_true", help=_("lines to read and to answer, nothing drawn")
    )
    add_signing(parser)


def run(context: Context) -> int:
    """Show the reader until it is left."""
    if context.out.json:
        raise UsageError(_("this is for people: `sayso read --json` is for programs"))
    home = context.home
    if context.args.plain:
        from ..tui.plain import Conversation

        with context.store() as store:
            Conversation(context, store).hold()
        return DONE
    _check_terminal()
    if find_spec("textual") is None:
        raise Failure(
            _(
                "what draws the screen is not installed: type `python3 dev.py setup` where sayso "
                "was "
                "cloned, or pip install 'sayso[faces]'; `sayso tui --plain` works without it"
            ),
            "library-missing",
        )
    _check_home(context)
    from ..tui.app import ReaderApp

    app = ReaderApp(home, context.args.view)
    if getattr(context.args, "passphrase_file", None) or os.environ.get("SAYSO_PASSPHRASE_FILE"):
        app.pen.passphrase = context.passphrase()
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or DONE


def _check_terminal() -> None:
    if not sees_output():
        raise Failure(
            _(
                "this needs a terminal: `sayso read` prints the timeline, `sayso tui --plain` is a "
                "conversation in lines"
            )
        )
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        raise Failure(
            _(
                "this terminal cannot be drawn on (TERM is dumb): `sayso tui --plain` is a "
                "conversation in lines"
            )
        )


def _check_home(context: Context) -> None:
    """Say before anything is drawn where there is no account."""
    if not context.home.exists:
        with context.store():
            pass

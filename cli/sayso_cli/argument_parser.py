"""What stands on a command line, as its command reads it."""

from __future__ import annotations

import re
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import cleandoc
from typing import Any, Final, NoReturn

from sayso_protocol.translation import _

from .commands import COMMANDS, module_name
from .errors import Failure, UsageError
from .terminal.streams import to_terminal
from .usage import dash_hint, not_chosen, overview, too_many, unknown_options

_FILES: Final = frozenset(("DIR", "F", "FILE", "PATH"))
"""What arguments are called that name files."""

_HALF: Final = re.compile("[\ud800-\udfff]")


class ArgumentReader(ArgumentParser):
    """Reads one command's words. Its arguments are added when it is used: most never are.

    `whole` makes the help of the program, in place of argparse's own.
    """

    def __init__(
        self,
        *,
        fill: Callable[[ArgumentParser], None],
        whole: Callable[[], str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(allow_abbrev=False, **more)
        self._fill: Callable[[ArgumentParser], None] | None = fill
        self._whole = whole
        self._words: list[str] = []

    def complete(self) -> None:
        """Add the arguments now, if that has not been done."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """See `ArgumentParser`; but what a command has no use for is refused by the command."""
        self.complete()
        self._words = [*(args or ())]
        try:
            found, extras = super().parse_known_args(args, namespace)
        except UsageError as error:
            unknown = unknown_options(self, args or ())
            if unknown and "required" in str(error):  # it was meant as the text that is missing
                self.error(too_many(self, unknown))
            raise
        if extras:
            self.error(too_many(self, extras))
        for action in self._actions:
            self._check_text(action, getattr(found, action.dest, None))
        return found, extras

    def format_help(self) -> str:
        """See `ArgumentParser`."""
        return super().format_help() if self._whole is None else to_terminal(self._whole())

    def _check_text(self, action: Action, given: object) -> None:
        """Names of files may be any bytes; all else is text, for which Python has half a character
        where an argument is in another encoding."""
        values = given if isinstance(given, list) else [given]
        texts = (one for one in values if isinstance(one, str) and not one.isascii())
        if action.metavar not in _FILES and any(map(_HALF.search, texts)):
            name = "/".join(action.option_strings) or action.metavar or action.dest
            raise Failure(
                _("{name} is not valid UTF-8: set the terminal to it, and type it again").format(
                    name=name
                )
            )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, in one line."""
        if "ignored explicit argument" in message:  # -hello is read as -h with more behind it
            hint = dash_hint(self, "-")
            message += f"; {hint[0].lower()}{hint[1:]}" if hint else ""
        elif message.endswith("expected one argument"):
            message += _hint_of_missing(message, self._words)
        raise UsageError(
            _("{message} (see `{prog} --help`)").format(message=message, prog=self.prog)
        )

    def _check_value(self, action: Action, value: Any) -> None:
        """Refuse what is no choice, and say which may have been meant."""
        if action.choices is not None and value not in action.choices:
            self.error(not_chosen(action, value))


def _hint_of_missing(message: str, words: list[str]) -> str:
    """What to do where an option has no value, as argparse's `message` names it."""
    names = message.removeprefix("argument ").partition(":")[0].split("/")
    at = next((at for at, word in enumerate(words) if word in names), len(words))
    if any(word.startswith("-") for word in words[at + 1 : at + 2]):
        return ": one that begins with - is joined to the option by ="
    return ", which comes behind it"


class ShowVersion(Action):
    """Prints the version; reading it costs time that only this option should cost."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        """See `Action`."""
        from sayso_node import VERSION

        print(f"sayso {VERSION}")
        parser.exit()


def command_parser() -> ArgumentParser:
    """The reader of whole command lines, `sayso` left out."""
    top = ArgumentReader(prog="sayso", fill=_add_common, whole=overview)
    top.add_argument("--version", action=ShowVersion, nargs=0, help=_("show the version and exit"))
    _add_commands(top, COMMANDS)
    return top


def _add_commands(parser: ArgumentParser, summaries: Mapping[str, str], *above: str) -> None:
    dest = "action" if above else "command"
    commands = parser.add_subparsers(dest=dest, metavar="COMMAND", parser_class=ArgumentReader)
    for name, summary in summaries.items():
        words = _(summary)
        commands.add_parser(name, help=words, description=words, fill=_filler(*above, name))


def _filler(*names: str) -> Callable[[ArgumentParser], None]:
    def fill(parser: ArgumentParser) -> None:
        module = command_module(*names)
        parser.description = _(cleandoc(module.__doc__))
        if hasattr(module, "COMMANDS"):
            _add_commands(parser, module.COMMANDS, *names)
        if hasattr(module, "add_arguments"):
            module.add_arguments(parser)
        _add_common(parser)

    return fill


def _add_common(parser: ArgumentParser) -> None:
    # SUPPRESS: given before the command, they must not be unset by the command's defaults.
    parser.add_argument("--home", metavar="DIR", default=SUPPRESS, help=_("the data directory"))
    parser.add_argument(
        "--json",
        action="store_true",
        default=SUPPRESS,
        help=_("one JSON object a line, for programs"),
    )


def command_module(*names: str) -> Any:
    """The module of a command, by its name and that of its group before it."""
    return import_module(f"sayso_cli.commands.{module_name(*names)}")

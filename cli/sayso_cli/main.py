"""The `sayso` command: finds the subcommand, runs it, and tells what went wrong."""

from __future__ import annotations

import os
import re
import sys
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn

from .commands import COMMANDS, acts, module_name
from .errors import DEBUG, DONE, Failure, Problem, UsageError, problem_of
from .terminal.output import Output, drop_output, json_text, safe_line
from .usage import (
    ALL,
    HELP,
    dash_hint,
    everything,
    help_asked,
    not_chosen,
    overview,
    too_many,
    unknown_options,
)

if TYPE_CHECKING:
    from .context import Context


_FILES: Final = frozenset(("DIR", "F", "FILE", "PATH"))
"""What arguments are called that name files."""

_HALF: Final = re.compile("[\ud800-\udfff]")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    context: Context | None = None
    is_missing = sys.stdout is None
    _open_missing_streams()
    try:
        asked = help_asked(words)
        if asked is not None:
            return _help(*asked)
        module, context = _command(words, is_missing)
        code: int = module.run(context)
        _deliver(context)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse, after --help and --version
        _flush_output()
        return leaving.code if isinstance(leaving.code, int) else DONE
    except BrokenPipeError:
        # Whoever read the output had enough; what was asked for is done.
        drop_output()
        return DONE
    except BaseException as error:
        return _tell(problem_of(error), error, context, json="--json" in words)
    return code


def _command(words: list[str], is_missing: bool) -> tuple[Any, Context]:
    """The module of the command that these words name, and what it is run with."""
    args = _parser().parse_args(words)
    if args.command is None:
        raise UsageError("name a command: `sayso --help` lists them")
    names: list[str] = [args.command, *filter(None, [getattr(args, "action", None)])]
    module = _module(*names)
    if hasattr(module, "COMMANDS") and not hasattr(module, "run"):
        raise UsageError(
            f"name what to do: {', '.join(module.COMMANDS)} (see `sayso {args.command} --help`)"
        )
    from .context import Context

    out = Output(json=getattr(args, "json", False), acts=acts(names, args), is_missing=is_missing)
    return module, Context(args, out)


def _help(options: list[str], about: list[str]) -> int:
    """Do as ``--help`` behind a command does; or tell of all commands."""
    if about == [ALL]:
        sys.stdout.write(everything())
    elif about == [HELP]:
        sys.stdout.write(overview())
    else:
        _parser().parse_args([*options, *about, "--help"])
    return DONE


def _deliver(context: Context) -> None:
    """Write what is not written of a command's answer; of one that acted, say what could not be."""
    out = context.out
    out.flush()
    if out.error is not None and not isinstance(out.error, BrokenPipeError):
        args = context.args
        names = [args.command, *filter(None, [getattr(args, "action", None)])]
        _tell_unanswered(" ".join(names), out)


def _tell_unanswered(command: str, out: Output) -> None:
    """Say that a command has done its work, and what of its answer could not be written."""
    lost = "; ".join(out.lost.split("\n")[:-1])
    message = (
        f"`{command}` is done, do not repeat it: only its answer could not be written "
        f"({out.error.strerror if out.error else ''})"
    )
    _say(Problem("not-written", message, DONE, [lost] if out.json else []), lost, json=out.json)


def _tell(problem: Problem, error: BaseException, context: Context | None, *, json: bool) -> int:
    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    _say(problem, "", json=json, context=context)
    return problem.exit_code


def _say(problem: Problem, detail: str, *, json: bool, context: Context | None = None) -> None:
    line = problem.line if json or context is None else _with_names(problem.line, context)
    parts = [line, *filter(None, [detail])]
    text = json_text(problem.record) if json else f"sayso: {safe_line(': '.join(parts))}"
    try:
        _flush_output()
        Output(json=json)
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody is left to be told


def _with_names(line: str, context: Context) -> str:
    """What went wrong, with petnames in place of keys, where the store can be read."""
    from .render.name import with_names

    if "z6Mk" not in line:
        return line
    with suppress(Exception), context.store() as store:
        return with_names(line, context.names(store))
    return line


# --- the command line -------------------------------------------------------------------


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
        return super().format_help() if self._whole is None else self._whole()

    def _check_text(self, action: Action, given: object) -> None:
        """Names of files may be any bytes; all else is text, for which Python has half a character
        where an argument is in another encoding."""
        values = given if isinstance(given, list) else [given]
        texts = (one for one in values if isinstance(one, str) and not one.isascii())
        if action.metavar not in _FILES and any(map(_HALF.search, texts)):
            name = "/".join(action.option_strings) or action.metavar or action.dest
            raise Failure(f"{name} is not valid UTF-8: set the terminal to it, and type it again")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, in one line."""
        if "ignored explicit argument" in message:  # -hello is read as -h with more behind it
            hint = dash_hint(self, "-")
            message += f"; a{hint[1:]}" if hint else ""
        elif message.endswith("expected one argument"):
            message += _hint_of_missing(message, self._words)
        raise UsageError(f"{message} (see `{self.prog} --help`)")

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
        from importlib.metadata import version

        print(f"sayso {version('sayso')}")
        parser.exit()


def _parser() -> ArgumentParser:
    top = ArgumentReader(prog="sayso", fill=_add_common, whole=overview)
    top.add_argument("--version", action=ShowVersion, nargs=0, help="show the version and exit")
    _add_commands(top, COMMANDS)
    return top


def _add_commands(parser: ArgumentParser, summaries: Mapping[str, str], *above: str) -> None:
    dest = "action" if above else "command"
    commands = parser.add_subparsers(dest=dest, metavar="COMMAND", parser_class=ArgumentReader)
    for name, summary in summaries.items():
        commands.add_parser(name, help=summary, description=summary, fill=_filler(*above, name))


def _filler(*names: str) -> Callable[[ArgumentParser], None]:
    def fill(parser: ArgumentParser) -> None:
        module = _module(*names)
        parser.description = module.__doc__
        if hasattr(module, "COMMANDS"):
            _add_commands(parser, module.COMMANDS, *names)
        if hasattr(module, "add_arguments"):
            module.add_arguments(parser)
        _add_common(parser)

    return fill


def _add_common(parser: ArgumentParser) -> None:
    # SUPPRESS: given before the command, they must not be unset by the command's defaults.
    parser.add_argument("--home", metavar="DIR", default=SUPPRESS, help="the data directory")
    parser.add_argument(
        "--json", action="store_true", default=SUPPRESS, help="one JSON object a line, for programs"
    )


def _module(*names: str) -> Any:
    return import_module(f"sayso_cli.commands.{module_name(*names)}")


# --- output that cannot be written ------------------------------------------------------


def _open_missing_streams() -> None:
    """Streams that were closed before the start: Python has None in their place."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the whole process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115


def _flush_output() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        drop_output()


if __name__ == "__main__":
    sys.exit(main())

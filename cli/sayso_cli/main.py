"""The `sayso` command: finds the subcommand, runs it, and tells what went wrong."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

from .commands import COMMANDS, module_name
from .errors import DEBUG, DONE, Problem, UsageError, problem_of
from .terminal.output import Output, json_text, safe_line
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_missing_streams()
    try:
        code = _run(words)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse, after --help and --version
        _flush_output()
        return leaving.code if isinstance(leaving.code, int) else DONE
    except BrokenPipeError:
        # Whoever read the output had enough; what was asked for is done.
        _drop_output()
        return DONE
    except BaseException as error:
        return _tell(problem_of(error), error, json="--json" in words)
    return code


def _run(words: list[str]) -> int:
    asked = help_asked(words)
    if asked is not None:
        return _help(*asked)
    args = _parser().parse_args(words)
    if args.command is None:
        raise UsageError("name a command: `sayso --help` lists them")
    names: list[str] = [args.command, *filter(None, [getattr(args, "action", None)])]
    module = _module(*names)
    if hasattr(module, "COMMANDS"):
        raise UsageError(
            f"name what to do: {', '.join(module.COMMANDS)} (see `sayso {args.command} --help`)"
        )
    from .context import Context

    out = Output(json=getattr(args, "json", False))
    code: int = module.run(Context(args, out))
    return code


def _help(options: list[str], about: list[str]) -> int:
    """Do as ``--help`` behind a command does; or tell of all commands."""
    if about == [ALL]:
        sys.stdout.write(everything())
    elif about == [HELP]:
        sys.stdout.write(overview())
    else:
        _parser().parse_args([*options, *about, "--help"])
    return DONE


def _tell(problem: Problem, error: BaseException, *, json: bool) -> int:
    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    text = json_text(problem.record) if json else f"sayso: {safe_line(problem.line)}"
    try:
        _flush_output()
        Output(json=json)
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody is left to be told
    return problem.exit_code


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

    def complete(self) -> None:
        """Add the arguments now, if that has not been done."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """See `ArgumentParser`; but what a command has no use for is refused by the command."""
        self.complete()
        try:
            found, extras = super().parse_known_args(args, namespace)
        except UsageError as error:
            unknown = unknown_options(self, args or ())
            if unknown and "required" in str(error):  # it was meant as the text that is missing
                self.error(too_many(self, unknown))
            raise
        if extras:
            self.error(too_many(self, extras))
        return found, extras

    def format_help(self) -> str:
        """See `ArgumentParser`."""
        return super().format_help() if self._whole is None else self._whole()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, in one line."""
        if "ignored explicit argument" in message:  # -hello is read as -h with more behind it
            message += dash_hint(self, "-")
        elif message.endswith("expected one argument"):
            message += ": one that begins with - is joined to the option by ="
        raise UsageError(f"{message} (see `{self.prog} --help`)")

    def _check_value(self, action: Action, value: Any) -> None:
        """Refuse what is no choice, and say which may have been meant."""
        if action.choices is not None and value not in action.choices:
            self.error(not_chosen(action, value))


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
        else:
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
        _drop_output()


def _drop_output() -> None:
    """Keep the interpreter from failing again when it flushes stdout at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


if __name__ == "__main__":
    sys.exit(main())

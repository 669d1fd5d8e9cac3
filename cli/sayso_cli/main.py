"""The `sayso` command: finds the subcommand, runs it, and tells what went wrong."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

from .commands import COMMANDS, acts, module_name
from .errors import DEBUG, DONE, Problem, UsageError, problem_of
from .terminal.output import Output, drop_output, json_text, safe_line

DESCRIPTION = "A posting network without a centre: your node, your feed, your filters."
EPILOG = "`sayso COMMAND --help` explains one command. The data is in SAYSO_HOME, or --home DIR."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    is_missing = sys.stdout is None
    _open_missing_streams()
    try:
        code = _run(words, is_missing)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse, after --help and --version
        _flush_output()
        return leaving.code if isinstance(leaving.code, int) else DONE
    except BrokenPipeError:
        # Whoever read the output had enough; what was asked for is done.
        drop_output()
        return DONE
    except BaseException as error:
        return _tell(problem_of(error), error, json="--json" in words)
    return code


def _run(words: list[str], is_missing: bool) -> int:
    args = _parser().parse_args(words)
    if args.command is None:
        raise UsageError("name a command: `sayso --help` lists them")
    names: list[str] = [args.command, *filter(None, [getattr(args, "action", None)])]
    module = _module(*names)
    if hasattr(module, "COMMANDS"):
        raise UsageError(f"name what to do: `sayso {args.command} --help` lists it")
    from .context import Context

    out = Output(json=getattr(args, "json", False), acts=acts(names, args), is_missing=is_missing)
    code: int = module.run(Context(args, out))
    out.flush()
    if out.error is not None and not isinstance(out.error, BrokenPipeError):
        _tell_unanswered(" ".join(names), out)
    return code


def _tell_unanswered(command: str, out: Output) -> None:
    """Say that a command has done its work, and what of its answer could not be written."""
    lost = "; ".join(out.lost.split("\n")[:-1])
    message = (
        f"`{command}` is done, do not repeat it: only its answer could not be written "
        f"({out.error.strerror if out.error else ''})"
    )
    _say(Problem("not-written", message, DONE, [lost] if out.json else []), lost, json=out.json)


def _tell(problem: Problem, error: BaseException, *, json: bool) -> int:
    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    _say(problem, "", json=json)
    return problem.exit_code


def _say(problem: Problem, detail: str, *, json: bool) -> None:
    parts = [problem.line, *filter(None, [detail])]
    text = json_text(problem.record) if json else f"sayso: {safe_line(': '.join(parts))}"
    try:
        _flush_output()
        Output(json=json)
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody is left to be told


# --- the command line -------------------------------------------------------------------


class ArgumentReader(ArgumentParser):
    """Reads one command's words. Its arguments are added when it is used: most never are."""

    def __init__(self, *, fill: Callable[[ArgumentParser], None], **more: Any) -> None:
        super().__init__(allow_abbrev=False, **more)
        self._fill: Callable[[ArgumentParser], None] | None = fill

    def parse_known_args(self, *args: Any, **more: Any) -> Any:
        """See `ArgumentParser`."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return super().parse_known_args(*args, **more)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, in one line."""
        if message.startswith("argument COMMAND: invalid choice: "):
            message = "there is no command " + message.split(": ")[2].partition(" (")[0]
        raise UsageError(f"{message} (see `{self.prog} --help`)")


class ShowVersion(Action):
    """Prints the version; reading it costs time that only this option should cost."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        """See `Action`."""
        from importlib.metadata import version

        print(f"sayso {version('sayso')}")
        parser.exit()


def _parser() -> ArgumentParser:
    top = ArgumentReader(prog="sayso", description=DESCRIPTION, epilog=EPILOG, fill=_add_common)
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
        drop_output()


if __name__ == "__main__":
    sys.exit(main())

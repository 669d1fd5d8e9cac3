"""The `sayso` command: finds the subcommand, runs it, and tells what went wrong."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sayso_node.text.language import use_language
from sayso_protocol.translation import _

from .argument_parser import command_module, command_parser
from .commands import acts
from .errors import DEBUG, DONE, Problem, UsageError, problem_of
from .terminal.output import Output
from .terminal.safe_text import json_text, safe_line
from .terminal.streams import drop_output, to_terminal
from .usage import (
    ALL,
    HELP,
    everything,
    help_asked,
    overview,
)

if TYPE_CHECKING:
    from .context import Context

COLLECT_AFTER: Final = (10_000, 5, 5)
"""When Python looks for garbage in circles: after so many new containers, and among older ones at
each fifth and twenty-fifth time. Its own 700 suit small programs: importing what a node needs is
90,000 containers, a first sync many more, and each look walks them all with every thread
waiting."""

# At its end Python would walk all that is left for garbage: 50 ms where a node was loaded.
atexit.register(gc.freeze)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; gives the exit code."""
    gc.set_threshold(*COLLECT_AFTER)
    words = list(sys.argv[1:] if argv is None else argv)
    context: Context | None = None
    is_missing = sys.stdout is None
    _open_missing_streams()
    try:
        if "--json" not in words:  # programs are told the same everywhere
            use_language()
        asked = help_asked(words)
        if asked is not None:
            return _help(*asked)
        module, context = _command(words, is_missing)
        try:
            code: int = module.run(context)
            _deliver(context)
        finally:  # an error is told once the pager has left the terminal
            context.out.end_page()
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
    args = command_parser().parse_args(words)
    if args.command is None:
        raise UsageError(_("name a command: `sayso --help` lists them"))
    names: list[str] = [args.command, *filter(None, [getattr(args, "action", None)])]
    module = command_module(*names)
    if hasattr(module, "COMMANDS") and not hasattr(module, "run"):
        raise UsageError(
            _("name what to do: {names} (see `sayso {command} --help`)").format(
                names=", ".join(module.COMMANDS), command=args.command
            )
        )
    from .context import Context

    out = Output(json=getattr(args, "json", False), acts=acts(names, args), is_missing=is_missing)
    return module, Context(args, out)


def _help(options: list[str], about: list[str]) -> int:
    """Do as ``--help`` behind a command does; or tell of all commands."""
    if about == [ALL]:
        sys.stdout.write(to_terminal(everything()))
    elif about == [HELP]:
        sys.stdout.write(to_terminal(overview()))
    else:
        command_parser().parse_args([*options, *about, "--help"])
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
    message = _(
        "`{command}` is done, do not repeat it: only its answer could not be written ({reason})"
    ).format(command=command, reason=out.error.strerror if out.error else "")
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
    from .render.people.name import with_names

    if "z6Mk" not in line:
        return line
    with suppress(Exception), context.store() as store:
        return with_names(line, context.names(store))
    return line


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

"""Manual pages and shell completion, made of the command line's own parser: `python
distribution/manual.py FOLDER` writes them below FOLDER, where they stand below `~/.local/share`.

Needs shtab and argparse-manpage, which no one needs who only runs sayso.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

PAGES = "man/man1"
COMPLETIONS = {
    "bash": "bash-completion/completions/sayso",
    "zsh": "zsh/site-functions/_sayso",
    "fish": "fish/vendor_completions.d/sayso.fish",
}
"""Where each shell looks, below the folder of the user's data; zsh has to be told."""


def whole_parser() -> ArgumentParser:
    """The parser of the command line with the options of every command, not only of the one that
    is used."""
    from sayso_cli.argument_parser import command_parser

    top = command_parser()
    for parser, _ in parsers(top):
        # Each is filled when it first reads words, and these end before they are looked at.
        with suppress(Exception):  # a command may want more words than none
            parser.parse_known_args([])
    return top


def parsers(top: ArgumentParser, summary: str = "") -> Iterator[tuple[ArgumentParser, str]]:
    """A parser and those of the commands below it, each with what it does in one line; one that
    is given may be filled before those below it are looked for."""
    yield top, summary
    for action in commands_of(top):
        told = {one.dest: one.help or "" for one in action._choices_actions}
        for name, below in action.choices.items():
            yield from parsers(below, told.get(name, ""))


def commands_of(parser: ArgumentParser) -> list[_SubParsersAction[Any]]:
    """The action of a parser that has commands below it, if there is one."""
    return [one for one in parser._actions if isinstance(one, _SubParsersAction)]


def pages(top: ArgumentParser, version: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each manual page: one of the whole, one of each command."""
    from argparse_manpage.manpage import Manpage

    found = list(parsers(top))
    for parser, _ in found:
        for action in commands_of(parser):
            action.choices = {}  # each has a page of its own
    for parser, summary in found:
        name = parser.prog.replace(" ", "-")
        page = Manpage(parser, {
            "project_name": "sayso", "version": version, "manual_title": "sayso",
            "description": summary or "a posting network without a centre",
        })  # fmt: skip
        text = str(page).replace(f".TH {parser.prog.upper()} ", f".TH {name.upper()} ", 1)
        text = text.replace(f".SH NAME\n{parser.prog} ", f".SH NAME\n{name} ", 1)
        if parser is not top:
            above = name.rpartition("-")[0]
            text += f".SH SEE ALSO\n.BR {above} (1)\n"
        else:
            text += ".SH SEE ALSO\nEach command has a page of its own:\n.BR sayso-post (1).\n"
        yield f"{name}.1", text


def write_all(folder: Path) -> None:
    """Write everything below a folder; the same parser gives the same bytes."""
    from importlib.metadata import version

    import shtab

    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # what a page is dated by
    for shell, place in COMPLETIONS.items():
        write(folder / place, shtab.complete(whole_parser(), shell))
    for name, text in pages(whole_parser(), version("sayso")):
        write(folder / PAGES / name, text)


def write(path: Path, text: str) -> None:
    """Write a file that everybody may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

"""Help that says what there is, and hints for a command line that is wrong."""

from __future__ import annotations

from argparse import PARSER, Action, ArgumentParser
from collections.abc import Iterable, Sequence
from typing import Final

from sayso_protocol.translation import _, mark

from .commands import COMMANDS, ELSEWHERE, GROUPS, WITH_COMMANDS
from .terminal.streams import terminal_width

WIDTH: Final = 80
"""Columns of the overview at most, which fits 24 rows too: the smallest terminal that is usual."""

ALL: Final = "all"

HELP: Final = "help"
"""The word that asks for help: no command of its own, and so in no list of them."""

VERSION: Final = "--version"
"""What somebody may mean who types it as a command."""

TEXTS: Final = frozenset(
    {"TEXT", "EMOJI", "EXPRESSION", "LABEL", "NAME", "PET", "NAME|NUMBER", "undo RULE|ID", "QUERY"}
)
"""Arguments, as help names them, that take what a person writes: it may have several words."""

_ABOUT: Final = mark("A posting network without a centre: your node, your feed, your filters.")
_NEW: Final = mark("New here? `sayso demo` shows it at work, `sayso init` makes your account.")
_MORE: Final = mark("`sayso help COMMAND` explains one, `sayso help all` has a line on each.")
_OPTIONS: Final = mark("""\
  --home DIR  the data directory (else SAYSO_HOME, else the usual place)
  --json      one JSON object a line, for programs
  --version   show the version        -h, --help  show this help""")


def overview() -> str:
    """The help of the whole: every command by its group."""
    lines = [_("usage: sayso COMMAND [WORDS AND OPTIONS]"), "", _(_ABOUT), ""]
    indent = 2 + max(len(_(one)) for one in GROUPS) + 2
    width = min(terminal_width() or WIDTH, WIDTH)
    for group, names in GROUPS.items():
        lines += _filled(names, width, f"  {_(group)}".ljust(indent), " " * indent)
    return "\n".join([*lines, "", _(_OPTIONS), "", _(_NEW), _(_MORE), ""])


def everything() -> str:
    """A line on each command, by its group."""
    width = max(map(len, COMMANDS))
    lines: list[str] = []
    for group, names in GROUPS.items():
        lines += ["", _(group), *(f"  {name.ljust(width)}  {_(COMMANDS[name])}" for name in names)]
    return "\n".join([*lines[1:], ""])


def help_asked(words: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Of a command line that asks for help by the word (`help device add`, `device help add`): the
    options before the word, and what help is asked for."""
    for at, word in enumerate(words):
        if word.startswith("-") or (at and words[at - 1] == "--home"):
            continue
        if word in WITH_COMMANDS and words[at + 1 : at + 2] == [HELP]:
            return list(words[:at]), [word, *words[at + 2 :]]
        return (list(words[:at]), list(words[at + 1 :])) if word == HELP else None
    return None


def not_known(word: str, known: Iterable[str], what: str) -> str:
    """The words for a word that stands in place of one of a known list."""
    from sayso_protocol.suggestion import similar

    guess = similar(word, known)
    if what == "command":
        return _("there is no command {word}{similar}").format(word=word, similar=guess)
    return _("there is no {what} {word}{similar}").format(what=what, word=word, similar=guess)


def too_many(parser: ArgumentParser, extras: Sequence[str]) -> str:
    """The words for options and words that a command has no use for."""
    options = [one for one in extras if len(one) > 1 and one.startswith("-")]
    if not options:
        if any(action.metavar in TEXTS for action in parser._actions):
            return _(
                'put a text of several words in quotes, "like this": {extras} is too many'
            ).format(extras=extras[0])
        return _("{extras} is one word too many").format(extras=extras[0])
    named = options[0].partition("=")[0]
    hint = dash_hint(parser, named)
    meant = _option_like(parser, named)
    if meant is None:
        text = _("there is no option {named}").format(named=named)
        return f"{text}; {hint[0].lower()}{hint[1:]}" if hint else text
    text = _("there is no option {named}: did you mean `{meant}`?").format(named=named, meant=meant)
    return f"{text} {hint}" if hint else text


def _option_like(parser: ArgumentParser, word: str) -> str | None:
    """The option that is most like a word; dashes are common to all, and no likeness."""
    from sayso_protocol.suggestion import closest

    names = [name for action in parser._actions for name in action.option_strings]
    known = {name.lstrip("-"): name for name in names}
    found = closest(word.lstrip("-"), known, 1)
    return known[found[0]] if found else None


def unknown_options(parser: ArgumentParser, words: Sequence[str]) -> list[str]:
    """The words before ``--`` that look like options, and are none of this command's. None where
    commands stand below it, since some may be theirs."""
    if any(action.nargs == PARSER for action in parser._actions):
        return []
    known = {name for action in parser._actions for name in action.option_strings}
    before = words[: words.index("--")] if "--" in words else words
    return [
        word
        for word in before
        if len(word) > 1
        and word.startswith("-")
        and " " not in word
        and not word[1:].isdecimal()
        and word.partition("=")[0] not in known
    ]


def dash_hint(parser: ArgumentParser, word: str) -> str:
    """What to do where a text that begins with a dash was taken for an option."""
    if not any(one.metavar in TEXTS and not one.option_strings for one in parser._actions):
        return ""
    return _('A text that begins with - comes last, behind --, as {prog} … -- "{word} …"').format(
        prog=parser.prog, word=word
    )


def not_chosen(action: Action, value: object) -> str:
    """The words for a value that is none of the choices of an argument."""
    choices = list(map(str, action.choices or ()))
    if not action.option_strings:
        of_all = action.dest == "command"
        meant = next((one for one, words in ELSEWHERE.items() if value in words.split()), None)
        if of_all and meant is not None:
            return _("there is no command {value}: did you mean `{meant}`?").format(
                value=value, meant=meant
            )
        what = str(action.metavar or action.dest).lower()
        return not_known(str(value), [*choices, HELP, VERSION] if of_all else choices, what)
    from sayso_protocol.suggestion import similar

    guess = similar(str(value), choices)
    return _("{option_strings} takes {names}, not {value}{guess}").format(
        option_strings=action.option_strings[0], names=", ".join(choices), value=value, guess=guess
    )


def _filled(words: Iterable[str], width: int, first: str, others: str) -> list[str]:
    """Words in lines of at most ``width`` columns."""
    lines, line = [], first
    for word in words:
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = others
        line += word if line in (first, others) else f" {word}"
    return [*lines, line]

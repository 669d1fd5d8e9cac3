"""Help that fits, and words that lead on where the command line is wrong."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_cli import commands, usage
from sayso_cli.argument_parser import ArgumentReader, command_parser
from sayso_cli.commands import COMMANDS, ELSEWHERE, GROUPS, WITH_COMMANDS, module_name

from .conftest import Sayso

ROWS, COLUMNS = 24, 80
TEXT = "two words"


def leaves(parser: argparse.ArgumentParser) -> Iterator[ArgumentReader]:
    """The readers of all commands that do something, with their arguments."""
    assert isinstance(parser, ArgumentReader)
    parser.complete()
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not below:
        yield parser
    for action in below:
        for one in action.choices.values():
            yield from leaves(one)


LEAVES = {parser.prog.removeprefix("sayso "): parser for parser in leaves(command_parser())}
TAKING_TEXT = {
    name: parser
    for name, parser in LEAVES.items()
    if any(one.metavar in usage.TEXTS for one in parser._actions)
}


def test_the_overview_fits_the_smallest_screen_and_has_every_command(sayso: Sayso) -> None:
    for words in (["--help"], ["-h"], ["help"], ["--home", "help", "help"], ["help", "help"]):
        done = sayso(*words)
        assert (done.code, done.err) == (0, "")
        lines = done.out.splitlines()
        assert len(lines) <= ROWS
        assert max(map(len, lines)) <= COLUMNS
        assert set(COMMANDS) <= set(done.out.split())


def test_every_command_is_in_one_group() -> None:
    assert Counter(name for names in GROUPS.values() for name in names) == Counter([*COMMANDS])
    groups = "Start, Write, Read, People, Private, Choose, Network, Keep safe"
    assert ", ".join(GROUPS) == groups


def test_all_commands_have_a_line_by_their_group(sayso: Sayso) -> None:
    done = sayso("help", "all")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line for line in lines if line and line[0] != " "] == [*GROUPS]
    found = dict(line.split(maxsplit=1) for line in lines if line.startswith(" "))
    assert found == COMMANDS
    assert max(map(len, lines)) <= COLUMNS


@pytest.mark.parametrize("name", [*COMMANDS, "filter add", "labels preview", "device revoke"])
def test_help_is_asked_for_before_and_behind(name: str, sayso: Sayso) -> None:
    before, behind = sayso("help", *name.split()), sayso(*name.split(), "--help")
    assert (before.code, before.out, before.err) == (0, behind.out, "")
    assert f"usage: sayso {name} " in before.out


@pytest.mark.parametrize(
    "words", ["device help", "device help add", "filter help", "view help show", "labels help"]
)
def test_help_stands_between_a_command_and_what_is_below_it(words: str, sayso: Sayso) -> None:
    done = sayso(*words.split())
    assert (done.code, done.out) == (0, sayso("help", *words.replace(" help", "").split()).out)


def test_commands_with_others_below_them_are_known() -> None:
    modules = {one: import_module(f"{commands.__name__}.{module_name(one)}") for one in COMMANDS}
    having = {one for one, module in modules.items() if hasattr(module, "COMMANDS")}
    assert having == WITH_COMMANDS


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["psot", "x"], "post"),
        (["hlep"], "help"),
        (["notification"], "notifications"),
        (["filter", "lsit"], "list"),
        (["labels", "subscibe", "x"], "subscribe"),
        (["device", "revok", "x"], "revoke"),
        (["view", "ad", "x", "1"], "add"),
        (["help", "psot"], "post"),
        (["version"], "--version"),
        (["help", "filtre"], "filter"),
        (["read", "--lim", "3"], "--limit"),
        (["read", "--limt=3"], "--limit"),
        (["run", "--pere", "x"], "--peer"),
        (["--hom=x", "read"], "--home"),
        (["filter", "add", "--action", "hidden", "--tag", "x"], "hide"),
        (["filter", "add", "--action", "hide", "--word", "x"], "--words"),
        (["labels", "preview", "x", "--fetc", "y"], "--fetch"),
    ],
)
def test_a_slip_in_what_is_chosen_is_understood(words: list[str], meant: str, sayso: Sayso) -> None:
    done = sayso(*words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"did you mean `{meant}`?" in done.err
    assert "--help`)" in done.err


@pytest.mark.parametrize(
    "words",
    [["read", "--follow"], ["read", "--quiet"], ["post", "x", "--force"], ["peers", "--verbose"]],
)
def test_dashes_alone_make_no_option_like_another(words: list[str], sayso: Sayso) -> None:
    done = sayso(*words)
    assert done.code == 2
    assert f"there is no option {words[-1]}" in done.err
    assert "did you mean" not in done.err


def test_an_option_without_a_value_says_so_and_no_more(sayso: Sayso) -> None:
    for words in (["--home"], ["read", "--limit"], ["post", "--tag"], ["read", "--tag", "--json"]):
        done = sayso(*words)
        joined = words[-1] == "--json"
        assert done.code == 2
        assert ("joined to the option" in done.err) == joined
        assert ("expected one argument, which comes behind it" in done.err) != joined


@pytest.mark.parametrize("meant", ELSEWHERE)
def test_words_of_other_programs_are_understood(meant: str, sayso: Sayso) -> None:
    assert meant in COMMANDS
    for word in ELSEWHERE[meant].split():
        if word not in COMMANDS:  # it may become one
            done = sayso(word, "x")
            assert (done.code, f"did you mean `{meant}`?" in done.err) == (2, True), word
    everything = " ".join(ELSEWHERE.values()).split()
    assert len(everything) == len(set(everything))


@given(st.sampled_from(sorted(COMMANDS)), st.data())
def test_any_command_without_one_letter_is_understood(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    slip = name[:at] + name[at + 1 :]
    if slip not in COMMANDS and len(slip) > 2:
        action = argparse.Action(["--of"], "of", choices=list(COMMANDS))
        assert "did you mean `" in usage.not_chosen(action, slip)


MANY_WORDS = {"label", "ledger", "search", "lists add", "lists remove"}
"""Commands that take as many words as there are."""


@pytest.mark.parametrize("name", sorted(TAKING_TEXT.keys() - MANY_WORDS))
def test_words_without_quotes_are_told_to_be_put_in_quotes(name: str, sayso: Sayso) -> None:
    """Of every command that takes a text: enough words for all that it takes, and one more."""
    words = [name.split(), *(_given(one) for one in TAKING_TEXT[name]._actions)]
    done = sayso(*(word for part in words for word in part), "surplus")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "in quotes" in done.err
    assert "surplus is too many" in done.err


def _given(action: argparse.Action) -> list[str]:
    """Values for an argument that must, or can, be given without an option."""
    value = str(next(iter(action.choices))) if action.choices else "x"
    if action.option_strings:
        return [action.option_strings[0], value] if action.required else []
    return [value]


def test_commands_with_many_words_before_the_text_say_so_too(
    sayso: Sayso, home: Path, anna: str
) -> None:
    for words in (["label", anna, "birds", "of", "Europe"], ["ledger", "undo", "no", "roulette"]):
        done = sayso(*words, "--home", home)
        assert done.code in (1, 2)
        assert "several words in quotes" in done.err


def test_the_post_is_not_the_only_one() -> None:
    assert {"post", "label", "react", "profile", "view add", "filter add"} <= TAKING_TEXT.keys()


@pytest.mark.parametrize("words", [["post", "--hello"], ["post", "-bullet"], ["post", "-7x"]])
def test_a_text_that_begins_with_a_dash_comes_behind_two(
    words: list[str], sayso: Sayso, home: Path
) -> None:
    done = sayso(*words, "--home", home)
    assert done.code == 2
    assert "behind --, as sayso post … --" in done.err
    assert sayso("post", "--home", home, "--", words[1]).code == 0
    assert sayso("read", "--json", "--home", home).record["text"] == words[1]


@pytest.mark.parametrize(
    "words",
    [["search", "-butter"], ["react", "12345678", "-1x"], ["view", "add", "down", "-replies"]],
)
def test_a_dash_is_named_where_a_text_is_missing_for_it(words: list[str], sayso: Sayso) -> None:
    done = sayso(*words)
    assert done.code == 2
    assert f"there is no option {words[-1]}" in done.err
    assert "behind --, as sayso" in done.err
    assert "are required" in sayso("search").err
    assert "--action" in sayso("filter", "add", "--points", "-5", "--tag", "x").err


@pytest.mark.parametrize("option", ["--warn", "--lang", "--tag", "--reply"])
def test_a_value_that_begins_with_a_dash_is_joined(option: str, sayso: Sayso, home: Path) -> None:
    done = sayso("post", "x", option, "-y", "--home", home)
    assert done.code == 2
    assert f"argument {option}: expected one argument: one that begins with - is joined" in done.err
    assert sayso("post", "x", f"{option}=-y", "--home", home).code != 2


@pytest.mark.parametrize("name", ["device list", "peers", "following", "verify"])
def test_a_word_too_many_elsewhere_is_only_that(name: str, sayso: Sayso) -> None:
    done = sayso(*name.split(), "one", "two")
    assert done.code == 2
    assert "is one word too many" in done.err
    assert "quotes" not in done.err


def test_summaries_and_modules_are_there_for_every_command() -> None:
    assert all(summary and module_name(name) for name, summary in COMMANDS.items())


def test_help_says_what_no_mdns_does(sayso: Sayso) -> None:
    text = " ".join(sayso("help", "run").out.split())
    assert "--no-mdns neither look for other nodes on the local network nor tell it of" in text

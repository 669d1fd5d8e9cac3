"""Commands speak the language of whoever types them; programs are told the same everywhere."""

from __future__ import annotations

import gettext
import json
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from sayso_cli.argument_parser import ArgumentReader, command_parser
from sayso_cli.main import main
from sayso_node.control.client import request
from sayso_node.control.server import control_socket
from sayso_node.errors import ControlError, HomeError, NotFound
from sayso_node.home.directory import Home
from sayso_node.text.language import catalogue_of
from sayso_node.text.relative_time import for_people
from sayso_protocol import translation
from sayso_protocol.translation import _

from .conftest import Sayso

EMPTY = (
    "la publication est vide : écrivez quelque chose, citez une entrée avec --quote ou "
    "joignez un fichier avec --attach"
)
NO_ACCOUNT = "aucun compte @nobody n’est connu ici ; `sayso following` liste les comptes"


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who reads French, until the end of the test."""
    monkeypatch.setenv("LANGUAGE", "fr")
    monkeypatch.setattr(translation, "_catalogue", translation.English())
    monkeypatch.setattr(gettext, "textdomain", lambda _: "messages")


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["post", " "], EMPTY),
        (["follow", "@nobody"], NO_ACCOUNT),
        (["show", "0123456789abcdef"], "aucune entrée 0123456789abcdef n’est connue ici"),
        (["follow", "z6Mk"], "z6Mk est trop court"),
        (["poll", "Thé ?", "--option", "oui"], "un sondage a de 2 à"),
        (["connect", "/ip4/127.0.0.1/tcp/4001"], "aucun nœud n’est en marche : lancez-en un"),
    ],
)
def test_what_cannot_be_done_is_said_in_french(
    words: list[str], said: str, home: Path, sayso: Sayso
) -> None:
    done = sayso(words[0], "--home", home, *words[1:])
    assert done.code == 1
    assert done.err.startswith("sayso: ")
    assert said in done.err


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["read"], "Il n’y a encore rien ici"),
        (["read", "--tag", "x"], "Il n’y a encore rien ici"),
        (["status"], "arrêté"),
        (["filter", "list"], "`sayso filter add --help` en montre d’autres"),
        (["device", "add"], "1. Sur le nouvel appareil"),
        (["invite"], "Le nœud est arrêté"),
    ],
)
def test_a_new_home_is_told_what_to_do_in_french(
    words: list[str], said: str, home: Path, sayso: Sayso
) -> None:
    done = sayso(words[0], "--home", home, *words[1:])
    assert done.code == 0
    assert said in (done.out + done.err).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.usefixtures("french")
def test_programs_are_told_in_english(home: Path, sayso: Sayso) -> None:
    done = sayso("post", "--home", home, " ", "--json")
    assert json.loads(done.err)["error"].startswith("nothing is written in the post: ")
    found = {one["check"]: one for one in sayso("doctor", "--home", home, "--json").records}
    assert found["permissions"]["found"].endswith("is the owner's alone")
    assert found["node"]["found"] == "it is stopped: nothing comes or goes"


@pytest.mark.usefixtures("french")
def test_the_doctor_speaks_french(home: Path, sayso: Sayso) -> None:
    out = sayso("doctor", "--home", home).out
    assert "il est arrêté : rien n’entre ni ne sort" in out
    assert "2 entrées de 1 fil ; son fichier est en bon état" in out
    assert "lancez-le avec `sayso run`" in out


@pytest.mark.usefixtures("french")
def test_what_an_error_says_and_what_to_do_are_parted_in_french_too(
    home: Path, sayso: Sayso
) -> None:
    (home / "keys.json").write_text("{}")
    lines = sayso("doctor", "--home", home).out.splitlines()
    [at] = [number for number, line in enumerate(lines) if "keys.json" in line]
    assert lines[at].endswith("n’a pas été écrit par cette version de sayso")
    assert lines[at + 1].endswith("-> mettez sayso à jour")


@pytest.mark.usefixtures("french")
def test_mistakes_in_a_file_are_told_with_their_lines_in_french(home: Path, sayso: Sayso) -> None:
    (home / "filters.toml").write_text('[[rule]]\nacton = "hide"\ntag = "x"\n')
    err = sayso("read", "--home", home).err
    assert "contient 2 erreurs : ligne 1, colonne 1 : la règle n’a pas d’`action`" in err
    assert "`acton` est inconnu : vouliez-vous dire `action` ?" in err
    assert "`sayso filter list` les dit toutes" in err


def test_a_hint_is_not_repeated_in_any_language(home: Path, anna: str, sayso: Sayso) -> None:
    assert sayso("follow", "--home", home, anna, "--name", "anna").code == 0
    english = sayso("profile", "--home", home, "@anne")
    assert "did you mean @anna?" in english.err
    assert "known:" not in english.err


@pytest.mark.usefixtures("french")
def test_a_hint_is_not_repeated_in_french(home: Path, anna: str, sayso: Sayso) -> None:
    assert sayso("follow", "--home", home, anna, "--name", "anna").code == 0
    done = sayso("profile", "--home", home, "@anne")
    assert "vouliez-vous dire @anna ?" in done.err
    assert anna not in done.err


def test_times_are_said_in_the_language_that_is_spoken(french: None) -> None:
    assert main(["--help"]) == 0
    now = 1_700_000_000_000  # a Tuesday
    assert for_people(now - 5 * 60_000, now) == "il y a 5 min"
    assert for_people(now, now) == "à l’instant"
    assert for_people(now - 2 * 86_400_000, now).startswith("dim. ")
    with translation.speaking(translation.English()):
        assert for_people(now - 2 * 86_400_000, now).startswith("Sun ")
        assert for_people(now - 5 * 60_000, now) == "5 min ago"


# --- a node and those who ask it ---------------------------------------------------------


@contextmanager
def _failure(made: list[str]) -> Iterator[None]:
    try:
        yield
    except ControlError as error:
        made.append(str(error))


async def test_a_node_answers_each_in_the_language_of_who_asks(
    tmp_path: Path, french: None
) -> None:
    home, heard = Home(tmp_path / "home"), list[str]()
    home.prepare()

    async def refuse(_request: dict[str, object]) -> dict[str, object]:
        raise NotFound(_("this is no poll that is held here"))

    def ask() -> None:
        with _failure(heard):
            request(home, "vote")

    async with control_socket(home, {"vote": refuse}):
        await trio.to_thread.run_sync(ask)  # as with --json: no language was installed
        assert main(["--help"]) == 0
        await trio.to_thread.run_sync(ask)
    assert heard == ["this is no poll that is held here", "il n’y a pas de tel sondage ici"]


def test_a_request_names_no_file_by_its_language(tmp_path: Path) -> None:
    from sayso_node.text.language import catalogue_of

    for name in ("", "None", "en", "../fr", "fr/LC_MESSAGES", "/etc/passwd", "tlh"):
        assert catalogue_of(name).gettext("the store is closed") == "the store is closed"
    assert catalogue_of("fr").gettext("the store is closed") == "la base est fermée"


def test_messages_of_an_error_are_made_when_it_is_raised(french: None) -> None:
    assert main(["--help"]) == 0
    assert str(HomeError(_("the store is closed"))) == "la base est fermée"


def summaries(parser: ArgumentParser) -> Iterator[tuple[str, str]]:
    """Each command below a parser, with what its line and its own help say."""
    assert isinstance(parser, ArgumentReader)
    parser.complete()
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for line in action._choices_actions:
                below = action.choices[line.dest]
                yield from summaries(below)
                yield below.prog, f"{line.help}\n{below.description}"


def test_every_command_says_what_it_does_in_french() -> None:
    english = dict(summaries(command_parser()))
    with translation.speaking(catalogue_of("fr")):
        french = dict(summaries(command_parser()))
    assert len(english) > 60 and english.keys() == french.keys()
    for prog, words in english.items():
        assert set(words.split("\n")) & set(french[prog].split("\n")) <= {""}, prog

"""Every message has its words in every language, with the fields that it fills."""

from __future__ import annotations

import ast
import gettext
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from distribution.catalogue import FLOORS, ROOT, catalogue_files, extract, read_catalogue
from tests.budget import long

from sayso_node.text.language import DOMAIN, FOLDER, languages, use_language
from sayso_protocol import translation
from sayso_protocol.quantity import quantity

FILES = catalogue_files()


@pytest.fixture(scope="module")
def source() -> Catalog:
    return extract()


def key_of(message: Message) -> tuple[object, object]:
    return message.id, message.context


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def by_language(path: Path) -> str:
    return path.parts[-3]


@long
@pytest.mark.parametrize("path", FILES, ids=by_language)
def test_a_catalogue_has_the_messages_of_the_source(path: Path, source: Catalog) -> None:
    ours = {key_of(one) for one in read_catalogue(path) if one.id}
    wanted = {key_of(one) for one in source if one.id}
    assert ours == wanted, "run: python3 dev.py words"


@pytest.mark.parametrize("path", FILES, ids=by_language)
def test_every_message_is_translated_with_its_fields(path: Path) -> None:
    for message in read_catalogue(path):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(texts), f"not translated: {message.id!r}"
        assert not message.fuzzy, f"to be looked at: {message.id!r}"
        wanted = set[str]().union(*map(fields, ids))
        for text in texts:
            assert fields(text) <= wanted, f"other fields than {message.id!r}: {text!r}"
        assert fields(texts[-1]) == wanted, f"fields are lost: {texts[-1]!r}"


@long
@pytest.mark.parametrize("path", FILES, ids=by_language)
def test_every_number_has_a_form(path: Path) -> None:
    made = gettext.translation(DOMAIN, FOLDER, [by_language(path)])
    for message in read_catalogue(path):
        if isinstance(message.id, str):
            continue
        one, many = message.id
        assert len(message.string) == read_catalogue(path).num_plurals
        for count in (0, 1, 2, 5, 21, 1_000_000):
            assert made.ngettext(one, many, count) in message.string


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, []),
        ({"LANG": "fr_FR.UTF-8"}, ["fr_FR.UTF-8"]),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, []),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr:de"}, ["fr", "de"]),
        ({"LANGUAGE": "de:en:fr"}, ["de"]),
        ({"LANGUAGE": "en_GB:fr"}, []),
        ({"LC_MESSAGES": "POSIX", "LANG": "fr"}, []),
        ({"LANGUAGE": "", "LANG": "fr"}, ["fr"]),
    ],
)
def test_the_language_is_the_one_asked_for(environment: dict[str, str], wanted: list[str]) -> None:
    assert languages(environment) == wanted


def test_what_there_is_no_catalogue_for_is_english() -> None:
    assert use_language({"LANG": "tlh_QO.UTF-8"}) == "en"
    assert use_language({"LANG": "../../../etc"}) == "en"
    assert quantity(2, "entry") == "2 entries"


def test_a_language_is_spoken_once_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "_catalogue", translation.English())
    monkeypatch.setattr(gettext, "textdomain", lambda _: "messages")
    assert use_language({"LANGUAGE": "xx:fr_CA.UTF-8"}) == "fr"
    assert (quantity(0, "account"), quantity(2, "account")) == ("0 compte", "2 comptes")


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@long
def test_no_function_gives_another_meaning_to_the_name_that_translates() -> None:
    """Within a function that assigns to `_` it is a variable, and no call of it works."""
    wrong = []
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            for function in functions_of(path):
                names = [one for one in ast.walk(function) if isinstance(one, ast.Name)]
                own_scope = {
                    id(name)
                    for each in ast.walk(function)
                    if isinstance(each, ast.comprehension)
                    for name in ast.walk(each.target)
                }
                used = {
                    type(one.ctx) for one in names if one.id == "_" and id(one) not in own_scope
                }
                calls = any(
                    isinstance(one, ast.Call) and getattr(one.func, "id", "") == "_"
                    for one in ast.walk(function)
                )
                if calls and ast.Store in used:
                    wrong.append(f"{path.name}:{function.lineno}")
    assert wrong == []

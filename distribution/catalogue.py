"""Catalogues of translations: taken from the source, brought up to date, compiled.

Works with Babel. Messages stand in the source within `_`, `mark`, `ngettext`, `pgettext` and
`quantity`, in templates within ``_()`` and ``{% trans %}``, and as docstrings of commands.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "node" / "sayso_node" / "locale"
DOMAIN = "sayso"
DATE = datetime(2026, 1, 1, tzinfo=UTC)
VIEWS = ROOT / "node" / "sayso_node" / "views" / "shipped_views.toml"
"""The views that come with sayso: what each is about is a message."""
FLOORS = ("protocol", "storage", "node", "cli")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "mark": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "gettext": None}
OPTIONS = {"**/templates/**.html": {"encoding": "utf-8", "trimmed": "true"}}

ARGPARSE = (
    "usage: ",
    "positional arguments",
    "options",
    "show this help message and exit",
    "show program's version number and exit",
)
"""What argparse itself says to a person; its errors are put in our own words."""


def catalogue_files() -> list[Path]:
    """Every ``.po`` file."""
    return sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read_catalogue(path: Path) -> Catalog:
    """A ``.po`` file, in the language that its folder names."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain=DOMAIN)


def compile_catalogues() -> list[Path]:
    """Write a ``.mo`` beside each ``.po``: what is not translated stays out, and is English."""
    written = []
    for path in catalogue_files():
        made = BytesIO()
        write_mo(made, read_catalogue(path))
        target = path.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != made.getvalue():
            target.write_bytes(made.getvalue())
        written.append(target)
    return written


def extract() -> Catalog:
    """Every message of the source, without the lines where it stands: those change every day."""
    catalogue = Catalog(domain=DOMAIN, project="sayso", charset="utf-8")
    for floor in FLOORS:
        for file, _, message, _, context in extract_from_dir(
            ROOT / floor,
            method_map=METHODS,
            options_map=OPTIONS,
            keywords=KEYWORDS,
        ):
            catalogue.add(message, locations=[(f"{floor}/{file}", None)], context=context)
    for file, message in quantities():
        catalogue.add(message, locations=[(file, None)])
    for path in command_files():
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        catalogue.add(text, locations=[(path.relative_to(ROOT).as_posix(), None)])
    for text in ARGPARSE:
        catalogue.add(text, locations=[("argparse", None)])
    for view in tomllib.loads(VIEWS.read_text(encoding="utf-8"))["views"].values():
        catalogue.add(view["about"], locations=[(VIEWS.name, None)])
    return catalogue


def command_files() -> list[Path]:
    """The modules of commands and of groups of them: their docstrings stand in `--help`."""
    folder = ROOT / "cli" / "sayso_cli" / "commands"
    return [
        path
        for path in sorted({*folder.rglob("*.py")} - {folder / "__init__.py"})
        if re.search(r"^(def run\(|COMMANDS\b)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def quantities() -> Iterator[tuple[str, tuple[str, str]]]:
    """The nouns that `quantity` counts, singular and plural, and the file of each."""
    from sayso_protocol.quantity import plural

    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "quantity(" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.Call) or _name_of(node.func) != "quantity":
                    continue
                nouns = [
                    one.value
                    for one in node.args[1:]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                if nouns:
                    file = path.relative_to(ROOT).as_posix()
                    yield file, (nouns[0], nouns[1] if len(nouns) > 1 else plural(nouns[0]))


def update_catalogues() -> list[Path]:
    """Bring each ``.po`` to the messages of the source: new ones empty, old ones gone."""
    template = extract()
    for path in catalogue_files():
        catalogue = read_catalogue(path)
        catalogue.project, catalogue.last_translator = "sayso", ""
        catalogue.msgid_bugs_address, catalogue.language_team = "", path.parts[-3]
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.creation_date = catalogue.revision_date = DATE  # no change where nothing changed
        made = BytesIO()
        write_po(made, catalogue, width=100, sort_output=True, no_location=True)
        path.write_bytes(made.getvalue())
    return catalogue_files()


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""

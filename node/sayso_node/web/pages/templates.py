"""HTML, made and escaped in one place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.translation import _, installed_language, ngettext

from ...accounts.name_text import excerpt
from ...entries.imported import import_text
from ...text.amounts import size_text
from ...text.sanitize import foreign, foreign_line
from ..door.sessions import Session
from . import foreign_html
from .words import direction, number, word

FOLDER: Final = Path(__file__).parent.parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of all templates; see `foreign_html` for what makes the words of others safe.
    A template never shows a text of theirs but through one of these filters."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_, ngettext)  # type: ignore[attr-defined]
    made.filters |= {
        "foreign": foreign,
        "foreign_line": foreign_line,
        "line": foreign_html.line_html,
        "text": foreign_html.text_html,
        "name": foreign_html.name_html,
        "short_key": foreign_html.key_html,
        "rule": foreign_html.rule_html,
        "advice": foreign_html.advice_html,
        "moment": foreign_html.moment_html,
        "excerpt": excerpt,
        "key": key_text,
        "id": id_text,
        "cid": cid_text,
        "size": size_text,
        "import_text": import_text,
    }
    language = installed_language()
    made.globals |= {"_": word, "ngettext": number}
    made.globals |= {"language": language.replace("_", "-"), "direction": direction(language)}
    return made


def render(name: str, session: Session | None, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page of a template; `csrf` is in it for the forms of this session."""
    csrf = "" if session is None else session.csrf()
    html = environment().get_template(name).render(csrf=csrf, **{"here": "", "said": None} | values)
    return HTMLResponse(html, status)

"""HTML, made and escaped in one place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from ...text.sanitize import foreign, foreign_line
from ..door.sessions import Session

FOLDER: Final = Path(__file__).parent.parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of all templates. Escaping alone is not enough for the words of others: a
    control character could turn the line after it round. Filters `foreign` and `foreign_line` make
    them safe; links and names stand in ``<bdi>``."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["foreign"] = foreign
    made.filters["foreign_line"] = foreign_line
    return made


def render(name: str, session: Session | None, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template; `csrf` is in it for the forms of this session."""
    csrf = "" if session is None else session.csrf()
    html = environment().get_template(name).render(csrf=csrf, **values)
    return HTMLResponse(html, status)

"""The language in which this process speaks to a person."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Final

from sayso_protocol.translation import ENGLISH, Catalogue, English, install

DOMAIN: Final = "sayso"
FOLDER: Final = Path(__file__).parent.parent / "locale"
"""The catalogues: ``LANGUAGE/LC_MESSAGES/sayso.mo``, made of the ``.po`` beside it by the build."""

_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def languages(environment: Mapping[str, str]) -> list[str]:
    """The languages that a person prefers to English, the best first (GNU gettext manual, "Locale
    Environment Variables")."""
    given = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return [*takewhile(lambda one: not _is_english(one), filter(None, given.split(":")))]


def use_language(environment: Mapping[str, str] = os.environ) -> str:
    """Speak the first of these languages that there is a catalogue for, else English. Returns its
    tag, as ``fr``."""
    wanted = languages(environment)
    found = gettext.find(DOMAIN, str(FOLDER), wanted) if wanted else None
    if found is None:
        return ENGLISH
    language = Path(found).parts[-3]
    install(catalogue_of(language))
    # What argparse says by itself is in the same catalogue.
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    return language


@lru_cache
def catalogue_of(language: str) -> Catalogue:
    """The catalogue of a language by its tag, as `use_language` gives it; English for another."""
    if not language.isidentifier() or gettext.find(DOMAIN, str(FOLDER), [language]) is None:
        return English()
    return gettext.translation(DOMAIN, str(FOLDER), [language])


def _is_english(name: str) -> bool:
    language = name.partition(".")[0].partition("_")[0].lower()
    return language in (ENGLISH, "c", "posix")

"""The language in which this process speaks to a person."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Final

from sayso_protocol.translation import install

DOMAIN: Final = "sayso"
FOLDER: Final = Path(__file__).parent.parent / "locale"
"""The catalogues: ``LANGUAGE/LC_MESSAGES/sayso.mo``, made of the ``.po`` beside it by the build."""

ENGLISH: Final = "en"
_spoken = [ENGLISH]
"""The languages that were used in this process; the last one counts."""

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
    install(gettext.translation(DOMAIN, str(FOLDER), wanted))
    _spoken.append(Path(found).parts[-3])
    # What argparse says by itself is in the same catalogue.
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    return Path(found).parts[-3]


def spoken_language() -> str:
    """The tag of the language that this process speaks, as ``fr``."""
    return _spoken[-1]


def _is_english(name: str) -> bool:
    language = name.partition(".")[0].partition("_")[0].lower()
    return language in (ENGLISH, "c", "posix")

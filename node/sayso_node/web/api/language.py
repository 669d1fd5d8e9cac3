"""The language of errors for apps: the one that the asker names, else the owner's."""

from __future__ import annotations

import re
from typing import Final

from sayso_protocol.translation import ENGLISH, Catalogue, English

from ...text.language import catalogue_of

MAX_HEADER: Final = 300
"""Characters that are looked at of a header."""
MAX_NAMED: Final = 10

_NAMED: Final = re.compile(
    r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?"
)


def asked_catalogue(header: str) -> Catalogue | None:
    """The catalogue of the language that an ``Accept-Language`` (RFC 9110, section 12.5.4) likes
    best of those that there are; None where it names none of them."""
    wanted = list[tuple[float, str]]()
    for part in header[:MAX_HEADER].split(",")[:MAX_NAMED]:
        found = _NAMED.fullmatch(part)
        if found is not None and (liking := float(found[2] or 1)) > 0:
            wanted.append((liking, found[1].lower()))
    for _, language in sorted(wanted, key=lambda one: -one[0]):
        catalogue = catalogue_of(language)
        if language == ENGLISH or not isinstance(catalogue, English):
            return catalogue
    return None

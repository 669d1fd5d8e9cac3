"""Fetch rules: which media come by themselves, and why others do not."""

from __future__ import annotations

from collections.abc import Collection

from sayso_protocol.blob.media_settings import NOBODY, MediaSettings
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.translation import mark

OWN = "own"
STRANGER = mark("of a stranger")
BY_NOBODY = mark("nothing is fetched by itself")
OTHER_KIND = mark("not of a kind that is fetched by itself")
TOO_LARGE = mark("larger than what is fetched by itself")
UNDER_A_RULE = mark("hidden or kept back by a rule")


def why_not(
    settings: MediaSettings, one: Attachment, account: bytes, followed: Collection[bytes]
) -> str | None:
    """Why an attachment of an account's entry is not fetched by itself; None where it is. The type
    is the author's word and decides on nothing but that; the size is proven at the end."""
    if settings.fetch_from == NOBODY:
        return BY_NOBODY
    if account not in followed:
        return STRANGER
    if one.type.partition("/")[0].lower() not in settings.fetch_kinds:
        return OTHER_KIND
    if one.size > settings.fetch_most:
        return TOO_LARGE
    return None

"""For whom a status is. What an app means otherwise than for everybody never becomes a post."""

from __future__ import annotations

from typing import Final

from ...api.params import BadParam, Params

PUBLIC: Final = frozenset(("", "public", "unlisted"))
DIRECT: Final = "direct"


def is_direct(params: Params) -> bool:
    """Whether a status is a private message; False where it is a post. Raises `BadParam` for every
    other audience, for two at once, and for what can be read in two ways."""
    if params.inside("visibility") not in ([], ["visibility"]):
        raise BadParam("visibility is given in a way that is not understood")
    asked = {one.strip().lower() for one in params.every("visibility")}
    if DIRECT in asked and len(asked) > 1:
        raise BadParam("visibility is given twice: choose one")
    if not asked <= PUBLIC | {DIRECT}:
        raise BadParam("posts are public here, for whoever has your account: choose that")
    if any(_is_given(params, name) for name in params.inside("scheduled_at")):
        raise BadParam("posts are not scheduled here: post when it is time")
    if DIRECT in asked:
        _check_plain(params)
    return DIRECT in asked


def _check_plain(params: Params) -> None:
    """A private message by an app has words alone. Raises `BadParam`."""
    for name, lacking in (
        ("media_ids", "media"),
        ("media_attributes", "media"),
        ("poll", "poll"),
        ("spoiler_text", "content warning"),
        ("quoted_status_id", "quote"),
        ("quote_id", "quote"),
    ):
        if any(_is_given(params, one) for one in params.inside(name)):
            raise BadParam(f"a private message by an app has no {lacking}: send it without")


def _is_given(params: Params, name: str) -> bool:
    return any(one.strip() for one in params.every(name))

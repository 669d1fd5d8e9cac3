"""Links of HTML as their author typed them: addresses, `words (address)`, @mentions, #tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from ..json.json_values import Json, text_of

_URL_FRONT: Final = re.compile(r"^[a-z]+:(?://)?(?:www\.)?", re.IGNORECASE)
_SCHEMES: Final = ("http://", "https://", "gemini://", "mailto:", "magnet:", "xmpp:", "ipfs://")
_MAX_NAMES: Final = 200
_PART_ENDS: Final = re.compile(r"[/?=&#]")


class LinkNames:
    """What a post says of the people and tags that its links lead to: its `tag` in ActivityPub."""

    def __init__(self, tags: Sequence[Json] = ()) -> None:
        self._by_target: dict[str, str] = {}
        self._by_place: dict[tuple[str, str], str] = {}
        self._by_user: dict[str, set[str]] = {}
        self._hashtags: set[str] = set()
        for tag in tags[:_MAX_NAMES]:
            name, target = (text_of(tag, "name") or "").strip(), text_of(tag, "href") or ""
            if tag.get("type") == "Mention":
                self._add_mention(name, target)
            elif tag.get("type") == "Hashtag":
                self._hashtags.add(name.lstrip("#").casefold())

    def _add_mention(self, name: str, target: str) -> None:
        user, _, server = name.lstrip("@").partition("@")
        server = server or _host(target)
        if user and server:
            full = f"@{user}@{server}"
            self._by_target[target] = full
            self._by_place[user.casefold(), _host(target)] = full
            self._by_user.setdefault(user.casefold(), set()).add(full)

    def mention(self, seen: str, target: str) -> str:
        """Somebody as a link shows him, with his server: two people of two servers may both be
        @mo."""
        user = seen.strip().removeprefix("@")
        if not user or "@" in user or user.split() != [user]:
            return seen
        host, folded = _host(target), user.casefold()
        named = self._by_user.get(folded, set())
        full = self._by_target.get(target) or self._by_place.get((folded, host))
        if full is None and len(named) == 1:
            (full,) = named
        if full is None and host:
            full = f"@{user}@{host}"
        return seen if full is None else seen.replace(seen.strip(), full, 1)

    def is_hashtag(self, word: str) -> bool:
        """Whether a post says that it has this tag."""
        return word.casefold() in self._hashtags


def link_text(attributes: dict[str, str], seen: str, names: LinkNames) -> str:
    """A link as the author typed it: the target, unless the link has words of its own; of a
    mention or a tag the word alone."""
    target = attributes.get("href", "").strip()
    classes = attributes.get("class", "").split()
    word = seen.strip()
    if _is_hashtag(attributes, classes, word, target, names):
        return seen
    if "mention" in classes or _is_profile(word, target):
        return names.mention(seen, target)
    if not target.lower().startswith(_SCHEMES):
        return seen
    if _is_short_for(word, target):
        return target
    return f"{seen.rstrip()} ({target})"


def _is_hashtag(
    attributes: dict[str, str], classes: list[str], word: str, target: str, names: LinkNames
) -> bool:
    """Servers mark tags in many ways: by class, by `rel`, or by the address alone."""
    if "hashtag" in classes or "tag" in attributes.get("rel", "").split():
        return True
    if not word.startswith(("#", "＃")):
        return False
    return names.is_hashtag(word[1:]) or _last_part(target) == word[1:].casefold()


def _is_profile(word: str, target: str) -> bool:
    """Whether a link shows @name and leads to a page of that name."""
    user = word[1:].partition("@")[0].casefold()
    return word.startswith("@") and user != "" and _last_part(target).lstrip("@") == user


def _last_part(target: str) -> str:
    """The last word of an address: /tags/moss, ?tag=moss."""
    return unquote(_PART_ENDS.split(target.rstrip("/"))[-1]).casefold()


def _host(target: str) -> str:
    try:
        return (urlsplit(target).hostname or "") if target.lower().startswith("http") else ""
    except ValueError:
        return ""


def _is_short_for(seen: str, target: str) -> bool:
    """Whether the text of a link is its target: whole, bare or cut off with an ellipsis."""
    bare = _URL_FRONT.sub("", target).rstrip("/")
    shown = _URL_FRONT.sub("", seen).rstrip("/")
    return not shown or shown == bare or (shown[-1] == "…" and bare.startswith(shown[:-1]))

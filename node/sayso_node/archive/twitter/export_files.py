"""The files of a Twitter export that are read, and what each must begin with.

Only what is listed here is ever opened. Direct messages, deleted posts and all else stay
closed; and a file is refused when its first line says that it holds something
other than its name does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: the pattern of its name, and of all before its list of records."""

    name: re.Pattern[str]
    header: re.Pattern[str]


def _ytd(stem: str, variable: str) -> FileKind:
    return FileKind(
        re.compile(rf"{stem}(?:-part\d{{1,4}})?\.js"),
        re.compile(rf"\A\s*window\.YTD\.{variable}\.part\d{{1,4}}\s*=\s*\["),
    )


POSTS: Final = _ytd("tweets?", "tweets?")
COMMUNITY: Final = _ytd("community-tweet", "community_tweet")
CIRCLE: Final = _ytd("twitter-circle-tweet", "twitter_circle_tweet")
NOTES: Final = _ytd("note-tweet", "note_tweet")
ACCOUNT: Final = _ytd("account", "account")
PROTECTED: Final = _ytd("protected-history", "protected_history")

FOLLOWING: Final = _ytd("following", "following")
LIKES: Final = _ytd("likes?", "likes?")
PROFILE: Final = _ytd("profile", "profile")

OLD_POSTS: Final = FileKind(
    re.compile(r"tweets/\d{4}_\d{2}\.js"),
    re.compile(r"\A\s*Grailbird\.data\.tweets_\d{4}_\d{2}\s*=\s*\["),
)
# One object rather than a list: what follows the sign is parsed as a list of one.
OLD_ACCOUNT: Final = FileKind(
    re.compile(r"user_details\.js"), re.compile(r"\A\s*var user_details\s*=\s*(?=\{)")
)

_LAYOUT: Final = re.compile(
    r"(?P<base>(?:[^/]+/){0,4}?)(?:tweets?(?:-part\d+)?|tweets/\d{4}_\d{2})\.js"
)


def find_base(names: Iterable[str]) -> str | None:
    """The folder that the other names are relative to, with its `/`; None if not Twitter's.

    `data/` and `data/js/` in a whole export; other fronts where someone has packed it
    again. The shallowest counts.
    """
    matches = (_LAYOUT.fullmatch(name) for name in names)
    bases = {match["base"] for match in matches if match}
    return min(bases, key=lambda base: (base.count("/"), base), default=None)


def files_of(kind: FileKind, base: str, names: Iterable[str]) -> list[str]:
    """The files of a kind, in the order of their names."""
    below = (name for name in names if name.startswith(base))
    return sorted(name for name in below if kind.name.fullmatch(name[len(base) :]))

"""Facts made up by tests, and rules written as text."""

from __future__ import annotations

import importlib.util
import platform
import sys
from dataclasses import dataclass, fields

import pytest

from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.facts import FACTS
from sayso_protocol.filters.rules import Rules
from sayso_protocol.filters.syntax.parser import read_rules

if importlib.util.find_spec("re2") is None and sys.platform == "linux":
    if platform.libc_ver()[0] != "glibc":  # where there are wheels it must be there
        pytest.skip("google-re2 has no wheels for this machine", allow_module_level=True)

KEYS = [key_text(KeyPair.from_seed(bytes([n]) * 32).public) for n in range(1, 9)]
ANNA, BEN, CLEO, DORA, *OTHERS = KEYS


@dataclass(frozen=True)
class Made:
    """The facts of an entry, as a test says."""

    account: str = ANNA
    feed: str = ""
    id: str = ""
    age: int = 0
    lists: tuple[str, ...] = ()
    other_keys: tuple[str, ...] = ()
    kind: str = "post"
    text: str = ""
    tags: tuple[str, ...] = ()
    lang: str = ""
    warn: str = ""
    length: int = 0
    links: int = 0
    hosts: tuple[str, ...] = ()
    media: int = 0
    media_kinds: tuple[str, ...] = ()
    media_bytes: int = 0
    through: tuple[str, ...] = ()
    lists_through: tuple[str, ...] = ()
    carried_text: str = ""
    carried_warn: str = ""
    distance: int = 1
    labels: tuple[str, ...] = ()
    labels_through: tuple[str, ...] = ()
    replies: int = 0
    replies_followed: int = 0
    reactions: int = 0
    reactions_followed: int = 0
    reposts: int = 0
    reposts_followed: int = 0
    coordinated: int = 0
    my_replies: int = 0
    my_reactions: int = 0
    account_age: int = 10**9
    rate: int = 0
    posts_week: int = 0
    reply_depth: int = 0
    copies: int = 0


assert {one.name for one in fields(Made)} == FACTS.keys()


def rules_of(text: str) -> Rules:
    return read_rules(text.encode())

"""The effect of one more rule, told before it is added: for faces that ask field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sayso_protocol.filters.rules import Rule, Stage
from sayso_protocol.filters.syntax.editor import add_rule, rule_text
from sayso_protocol.toml.mistakes import BadFile
from sayso_protocol.toml.writer import NotEditable, Value
from sayso_storage.interface.store import Store

from ..accounts.lookup import find_entry
from ..accounts.names import Names
from ..clock import now_ms
from ..home.directory import Home
from .explanation import Explanation, explain
from .file import FiltersError, load_rules, rules_in
from .judge import Judge
from .preview import ChangedPost, Tried, changes, held_posts, load_changed, newest_first

LOOKED_AT: Final = 50_000
"""Newest arrivals that a rule is tried on, at the most: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one more rule would do: the `rule` as it would be read, how many posts would change,
    and the newest of these. Where there are more than were looked at, `since` is not 0."""

    rule: Rule
    tried: Tried
    posts: Sequence[ChangedPost]
    since: int
    """Entries that arrived up to here were left out."""

    looked: int
    """Entries that arrived since: so far the rule was tried."""


def try_rule(
    home: Home, store: Store, fields: Mapping[str, Value], most: int, *, first: bool = False
) -> Trial:
    """Try a rule that `edit.add` would add; nothing is written. Raises `FiltersError`."""
    old, present = load_rules(home), now_ms()
    try:
        text = home.filters.read_text(encoding="utf-8") if home.filters.exists() else ""
        new = rules_in(home, add_rule(text, rule_text(fields), first=first).encode())
    except BadFile as error:
        mistakes = "; ".join(mistake.text for mistake in error.mistakes)
        raise FiltersError(f"this makes no rule: {mistakes}", error.mistakes) from error
    except (NotEditable, OSError) as error:
        raise FiltersError(f"{home.filters} cannot be changed here: use an editor") from error
    before = Judge(store, old, present, (Stage.SHOW,))
    after = Judge(store, new, present, (Stage.SHOW,))
    tried = Tried()
    arrived = store.last_arrival()
    since = max(arrived - LOOKED_AT, 0)
    pages = held_posts(store, None, lambda _: None, since)
    found = newest_first(changes(store, pages, before, after, tried), most)
    return Trial(
        new.written[0 if first else -1], tried, load_changed(store, found), since, arrived - since
    )


def explain_entry(home: Home, store: Store, entry: str) -> tuple[Explanation, Names]:
    """Why the entry that an ID names is shown as it is, by the rules of a home, and the names to
    tell it with. Raises `NodeError`, `StoreError`."""
    found = find_entry(store, entry)
    judge = Judge(store, load_rules(home), now_ms(), home=home)
    return explain(store, judge, found), Names(store)

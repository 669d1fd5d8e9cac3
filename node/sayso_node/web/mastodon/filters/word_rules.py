"""Word rules: the owner's rules that apps see as filters, since they are about words alone."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sayso_protocol.filters.rules import Action, Rule, Rules

from ....timestamps import time_text

CONTEXTS: Final = ("home", "notifications", "public", "thread", "account")
"""Where filters apply; rules do everywhere."""

Entity = dict[str, object]


@dataclass(frozen=True, slots=True)
class WordRule:
    """A rule that apps see."""

    rule: Rule

    @property
    def id(self) -> str:
        """Its id: it follows from its name, or else from its words."""
        rule = self.rule
        return _number(rule.name if rule.name is not None else "\n".join(self.words))

    @property
    def words(self) -> tuple[str, ...]:
        """The words, as they are compared."""
        return self.rule.clauses[0].values

    def keyword_id(self, word: str) -> str:
        """The id of a word of it."""
        return _number(f"{self.id}\n{word}")

    def keywords(self) -> list[Entity]:
        """Its words as apps see them."""
        return [
            {"id": self.keyword_id(one), "keyword": one, "whole_word": True} for one in self.words
        ]

    def as_entity(self) -> Entity:
        """The filter. Rules count everywhere."""
        rule = self.rule
        return {
            "id": self.id,
            "title": rule.title,
            "context": list(CONTEXTS),
            "expires_at": None if rule.until_ms is None else time_text(rule.until_ms),
            "filter_action": "hide" if rule.action is Action.HIDE else "warn",
            "keywords": self.keywords(),
            "statuses": [],
        }


def word_rules(rules: Rules) -> list[WordRule]:
    """The rules that apps see, in order."""
    return [WordRule(one) for one in rules.written if _is_about_words(one)]


def _is_about_words(rule: Rule) -> bool:
    return (
        rule.action in (Action.HIDE, Action.FOLD)
        and not rule.exceptions
        and len(rule.clauses) == 1
        and rule.clauses[0].condition == "words"
    )


def _number(text: str) -> str:
    return str(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1)

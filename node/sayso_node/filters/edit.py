"""Rules that commands add and remove: mutes, blocks, and those of `filter add`."""

from __future__ import annotations

from collections.abc import Mapping

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.rules import Action, Rule, Rules
from sayso_protocol.filters.syntax.editor import add_rule, remove_rules, rule_text
from sayso_protocol.suggestion import similar
from sayso_protocol.text.line import is_line
from sayso_protocol.toml.writer import Bare, Value
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_account
from ..accounts.names import Names
from ..errors import NodeError, NotFound
from ..home.directory import Home
from ..timestamps import time_text
from .file import change_rules, changed_rules, load_rules

MUTE, BLOCK, DROP = "mute", "block", "drop"
"""First words of the names of rules that `mute` and `block` make; the account's key follows."""


def mute(home: Home, store: Store, account: bytes, until_ms: int | None) -> Rule:
    """Hide all of an account's, and what comes through others; a new mute replaces the old."""
    rule = _about(MUTE, Action.HIDE, account, "muted", until_ms)
    return _put_first(home, store, account, [rule])[0]


def block(home: Home, store: Store, account: bytes) -> list[Rule]:
    """Mute an account, and neither store nor relay what it writes."""
    hide = _about(BLOCK, Action.HIDE, account, "blocked", None)
    # What others write about the account is theirs: it is hidden, and still carried.
    drop = _about(DROP, Action.DROP, account, "blocked", None) | {"through": False}
    return _put_first(home, store, account, [hide, drop])


def unmute(home: Home, account: bytes) -> Rules:
    """Take a mute back. Raises `NotFound`, `FiltersError`."""
    return _take_away(
        home, account, [MUTE], _("{account} is not muted").format(account=key_text(account))
    )


def unblock(home: Home, account: bytes) -> Rules:
    """Take a block back. Raises `NotFound`, `FiltersError`."""
    return _take_away(
        home,
        account,
        [BLOCK, DROP],
        _("{account} is not blocked").format(account=key_text(account)),
    )


def mutes_and_blocks(home: Home, now_ms: int) -> dict[str, str]:
    """The accounts, by their key's text, that a mute or a block is about now, and which of the two;
    of both the block. Raises `FiltersError`."""
    found: dict[str, str] = {}
    for rule in load_rules(home).rules:
        word, _, account = (rule.name or "").partition(" ")
        if word in (MUTE, BLOCK) and not rule.expired(now_ms) and found.get(account) != BLOCK:
            found[account] = word
    return found


def add(home: Home, fields: Mapping[str, Value], *, first: bool) -> Rule:
    """Add a rule; gives it as read back. Raises `FiltersError`."""
    rules = change_rules(home, lambda text, _: add_rule(text, rule_text(fields), first=first))
    return rules.written[0 if first else -1]


def added(home: Home, fields: Mapping[str, Value], *, first: bool) -> Rules:
    """The rules as they would be with one more, which is not written. Raises `FiltersError`."""
    return changed_rules(home, lambda text, _: add_rule(text, rule_text(fields), first=first))


def remove(home: Home, named: str) -> Rule:
    """Remove a rule by its name or number; gives what it was. Raises `NotFound`,
    `FiltersError`."""
    removed = list[Rule]()

    def change(text: str, rules: Rules) -> str:
        removed.append(_rule_called(rules, named))
        return remove_rules(text, {removed[0].number})

    change_rules(home, change)
    return removed[0]


def without(home: Home, named: str) -> Rules:
    """The rules as they would be without one, which is not written. Raises as `remove`."""
    return changed_rules(
        home, lambda text, rules: remove_rules(text, {_rule_called(rules, named).number})
    )


def until(end_ms: int) -> Bare:
    """A moment as the file has it."""
    return Bare(time_text(end_ms))


def _about(
    word: str, action: Action, account: bytes, because: str, until_ms: int | None
) -> dict[str, Value]:
    key = key_text(account)
    rule: dict[str, Value] = {"name": f"{word} {key}", "action": action.value, "account": key}
    if until_ms is not None:
        rule["until"] = until(until_ms)
    return rule | {"because": because}


def _put_first(
    home: Home, store: Store, account: bytes, rules: list[dict[str, Value]]
) -> list[Rule]:
    """Add rules before all others: a rule about one person goes before exceptions."""
    if account == own_account(store):
        raise NodeError(_("this is the own account: no rule applies to it"))
    names = {rule["name"] for rule in rules}
    petname = Names(store).of(account).petname
    comment = f"@{petname}" if petname and is_line(petname) else ""

    def change(text: str, old: Rules) -> str:
        text = remove_rules(text, {rule.number for rule in old.rules if rule.name in names})
        for rule in reversed(rules):
            text = add_rule(text, rule_text(rule, comment), first=True)
        return text

    return list(change_rules(home, change).rules[: len(rules)])


def _take_away(home: Home, account: bytes, words: list[str], missing: str) -> Rules:
    names = {f"{word} {key_text(account)}" for word in words}

    def change(text: str, rules: Rules) -> str:
        numbers = {rule.number for rule in rules.rules if rule.name in names}
        if not numbers:
            raise NotFound(
                _("{missing}: `sayso filter list` shows what is").format(missing=missing)
            )
        return remove_rules(text, numbers)

    return change_rules(home, change)


def _rule_called(rules: Rules, named: str) -> Rule:
    for rule in rules.rules:
        if named in (rule.name, str(rule.number)):
            if rule.by is not None:
                raise NodeError(
                    _("this comes by a label: `sayso labels unsubscribe {by}`").format(by=rule.by)
                )
            return rule
    guess = similar(named, _names(rules))
    raise NotFound(
        _("there is no rule {named}{guess}; `sayso filter list` numbers them").format(
            named=named, guess=guess
        ),
        [rule.title for rule in rules.rules if named in rule.title][:10],
        guessed=bool(guess),
    )


def _names(rules: Rules) -> list[str]:
    return [rule.name for rule in rules.rules if rule.name and rule.by is None]

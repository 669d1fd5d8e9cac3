"""Subscriptions to labels: in the owner's file first, and so in the store, which carries those
who are in the file."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.filters.label_rules import label_rules, use_of, use_text
from sayso_protocol.filters.rules import Labeller, Rules, Use
from sayso_protocol.filters.syntax.editor import (
    LABELLER,
    add_rule,
    remove_rules,
    rule_text,
    set_key,
)
from sayso_protocol.filters.syntax.values import check_label
from sayso_protocol.text.normal_form import keep
from sayso_protocol.toml.values import BadValue
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import NodeError, NotFound
from ..filters.file import FiltersError, change_rules, load_rules
from ..home.directory import Home


def subscribe(home: Home, store: Store, account: bytes, uses: Iterable[Use]) -> Labeller:
    """Subscribe to an account's labels, or change what some of them do. Raises `FiltersError`."""
    key, new = key_text(account), tuple(uses)
    rules = change_rules(home, lambda text, old: _with_table(text, key, labeller_of(old, key), new))
    set_labellers(store, rules)
    found = labeller_of(rules, key)
    assert found is not None
    return found


def _with_table(text: str, key: str, old: Labeller | None, new: tuple[Use, ...]) -> str:
    """The file's text with new uses of one labeller's labels beside the old ones."""
    kept = old.uses if old else ()
    wanted: dict[str, str] = {use.name: use_text(use) for use in (*kept, *new)}
    edited = set_key(text, LABELLER, old.number, "on", wanted) if old else None
    if edited is not None:
        return edited
    if old is not None:
        text = remove_rules(text, {old.number}, table=LABELLER)
    table = rule_text({"account": key, "on": wanted}, table=LABELLER)
    return add_rule(text, table, first=False)


def unsubscribe(home: Home, store: Store, account: bytes) -> Labeller:
    """End a subscription; gives what it was. Raises `NotFound`, `FiltersError`."""
    removed = list[Labeller]()

    def change(text: str, rules: Rules) -> str:
        old = labeller_of(rules, key_text(account))
        if old is None:
            raise NotFound(
                _("{account} is not subscribed to: `sayso labels list` shows who is").format(
                    account=key_text(account)
                )
            )
        removed.append(old)
        return remove_rules(text, {old.number}, table=LABELLER)

    set_labellers(store, change_rules(home, change))
    return removed[0]


def reload_labellers(home: Home, store: Store) -> bool:
    """`set_labellers` by the file; one with mistakes changes nothing."""
    try:
        rules = load_rules(home)
    except FiltersError:
        return False
    return set_labellers(store, rules)


def labeller_of(rules: Rules, key: str) -> Labeller | None:
    """The subscription to an account, by its key text."""
    return next((one for one in rules.labellers if one.account == key), None)


def with_uses(rules: Rules, account: bytes, uses: Iterable[Use]) -> Rules:
    """Rules as they would be with another subscription to an account; with none, if it would
    do nothing."""
    key, wanted = key_text(account), tuple(uses)
    others = [one for one in rules.labellers if one.account != key]
    every = [*others, Labeller(len(others) + 1, key, wanted)] if wanted else others
    written = rules.written
    return Rules((*written, *label_rules(every, len(written))), rules.lists, tuple(every))


def read_uses(given: Iterable[str]) -> list[Use]:
    """The uses of labels, typed as ``spam=hide``. Raises `NodeError`."""
    found = dict[str, Use]()
    for one in given:
        name, _sign, what = map(str.strip, one.rpartition("="))
        if not name:
            raise NodeError(_("{one}: write NAME=hide, or another thing to do").format(one=one))
        try:
            name = check_label(keep(name))
            found[name] = use_of(name, what)
        except BadValue as error:
            raise NodeError(f"{one}: {error}") from error
    return list(found.values())


def set_labellers(store: Store, rules: Rules) -> bool:
    """Let the store carry the labellers of these rules, and no others. True where there are
    others now."""
    return store.set_labellers([parse_key(one.account) for one in rules.labellers], now_ms())

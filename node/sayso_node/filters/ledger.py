"""The ledger: all that the owner's rules hide, fold or keep from being carried, by which rule of
whom; and taking a rule back. It is what the rules say of the store now, but for entries that are
kept back: their bodies may be gone, so which rule did it is kept with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.filters.account_rules import dropping, drops_accounts
from sayso_protocol.filters.relay_rules import keys_of, rules_on_entries
from sayso_protocol.filters.rules import Action, Rule, Rules
from sayso_protocol.filters.syntax.editor import remove_rules
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.interface.withholding import Withheld

from ..accounts.lineage import feeds_in_line
from ..accounts.lookup import find_entry
from ..accounts.names import Names
from ..entries.item import PAGE, describe
from ..errors import NodeError, NotFound
from ..home.directory import Home
from .file import change_rules, load_rules
from .judge import Judge, gatherer
from .preview import Progress, Tried, changes, held_posts, newest_posts

Item = dict[str, Any]


def not_shown(
    store: Store, rules: Rules, now_ms: int, since_ms: int | None, progress: Progress
) -> Iterator[Item]:
    """Posts that are hidden or folded, newest first: items of `reading` with `what` (``hidden``,
    ``folded``), `rule`, `by` (``owner`` or a labeller) and `because`."""
    choice, names = Judge(store, rules, now_ms), Names(store)
    for page in newest_posts(store, since_ms, progress):
        for entry, verdict in zip(page, choice.judge(page), strict=True):
            if verdict.show is not None:
                [item] = describe(store, names, [entry])
                what = "hidden" if verdict.hidden else "folded"
                yield item | {"what": what, what: verdict.show.title} | _blame(verdict.show)


def withheld(
    store: Store, rules: Rules, now_ms: int, since_ms: int | None = None
) -> Iterator[Item]:
    """Entries that rules keep from others, the last to arrive first: items of `reading` with
    `what` (``thinned`` where the body was not stored, or ``not relayed``), `rule`, `number` (None
    where the rule is not in the file any more), `by` and `because`, as they were then."""
    names = Names(store)
    numbers = {key: rule.number for rule, key in _keys(rules, now_ms).items()}
    for entry, rule in _kept(store):
        if since_ms is None or entry.sort_ms >= since_ms:
            [item] = describe(store, names, [entry])
            what = "not relayed" if entry.body is not None else "thinned"
            blame = {"rule": rule.title, "number": numbers.get(rule.key)}
            by = {"by": rule.by or "owner", "because": rule.because}
            yield item | {"what": what} | blame | by


def not_carried(store: Store, rules: Rules, now_ms: int) -> Iterator[Item]:
    """Accounts that are not carried, in order of their subscription, then others that rules
    name: `what` is ``not carried``; `account`, `name`, `petname`; `followed`, and `held`, how many
    entries are here from before."""
    followed, names = set(store.carried_accounts()), Names(store)
    for account, rule in blocked(store, rules, now_ms).items():
        yield {
            "what": "not carried",
            "account": key_text(account),
            "name": names.of(account).shown,
            "petname": names.of(account).petname,
            "followed": account in followed,
            "held": sum(state.count for state in feeds_in_line(store, account)),
        } | _blame(rule)


def blocked(store: Store, rules: Rules, now_ms: int) -> dict[bytes, Rule]:
    """The accounts that are not carried, and the rule that says so: of those that would be,
    and of those that rules name."""
    if not drops_accounts(rules):
        return {}
    facts_of = gatherer(store, rules, now_ms).facts_of_account
    accounts = dict.fromkeys([*store.carried_accounts(), *_named(rules)])
    found = ((one, dropping(rules, facts_of(one), now_ms)) for one in accounts)
    return {account: rule for account, rule in found if rule is not None}


def kept_counts(store: Store, rules: Rules, now_ms: int) -> Counter[Rule]:
    """How many entries each rule keeps from others."""
    rules_by_key = {key: rule for rule, key in _keys(rules, now_ms).items()}
    kept = (rules_by_key.get(rule.key) for _, rule in _kept(store))
    return Counter(rule for rule in kept if rule is not None)


def ledger(items: Iterator[Item], rule: str | None, limit: int) -> list[Item]:
    """The first items, of one rule where one is named by its title."""
    return list(islice((one for one in items if rule in (None, one["rule"])), limit))


class Undone(NamedTuple):
    """A rule that was taken back; of the posts that are held how many are shown in another way
    for it; the accounts that are carried again; and how many entries that it kept back are passed
    on again, and how many of these are fetched first."""

    rule: Rule
    tried: Tried
    accounts: list[str]
    relayed: int = 0
    fetched: int = 0


def undo(home: Home, store: Store, named: str, now_ms: int, progress: Progress) -> Undone:
    """Take back a rule: by its name or number, or the one that hides, folds or keeps away a
    certain entry. Raises `NotFound`, `FiltersError`."""
    old, gone = load_rules(home), list[Rule]()

    def change(text: str, rules: Rules) -> str:
        gone.append(_rule(store, rules, named, now_ms))
        return remove_rules(text, {gone[0].number})

    new = change_rules(home, change)
    tried = Tried()
    before, after = Judge(store, old, now_ms), Judge(store, new, now_ms)
    for _ in changes(store, held_posts(store, None, progress), before, after, tried):
        pass
    still = blocked(store, new, now_ms)
    again = [key_text(one) for one in blocked(store, old, now_ms) if one not in still]
    key = _keys(old, now_ms).get(gone[0])
    back = [entry.body is None for entry, rule in _kept(store) if rule.key == key]
    return Undone(gone[0], tried, again, len(back), sum(back))


def _rule(store: Store, rules: Rules, named: str, now_ms: int) -> Rule:
    for rule in rules.rules:
        if named in (rule.name, rule.title, str(rule.number)):
            return _own(rule)
    try:
        entry = find_entry(store, named)
    except NotFound as error:
        raise NotFound(f"{named} is no rule and no entry: `sayso ledger` shows them") from error
    [verdict] = Judge(store, rules, now_ms).judge([entry])
    decides = verdict.show or _keeping(store, rules, entry, now_ms) or verdict.carry
    if decides is None:
        raise NotFound(f"no rule hides, folds or keeps away {named}")
    return _own(decides)


def _keeping(store: Store, rules: Rules, entry: StoredEntry, now_ms: int) -> Rule | None:
    """The rule that keeps an entry back, if it is still in the file: of an entry whose body is
    not here the rules themselves can say nothing."""
    kept = store.withheld_by(entry)
    keys = _keys(rules, now_ms)
    return next((rule for rule, key in keys.items() if kept and key == kept.key), None)


def _keys(rules: Rules, now_ms: int) -> dict[Rule, bytes]:
    return keys_of(rules_on_entries(rules, now_ms))


def _kept(store: Store) -> Iterator[Withheld]:
    before: int | None = None
    while page := store.withheld_entries(PAGE, before):
        yield from page
        before = page[-1].entry.arrival


def _own(rule: Rule) -> Rule:
    by = getattr(rule, "by", None)
    if by is not None:
        raise NodeError(f"this comes by a label: `sayso labels unsubscribe {by}`")
    return rule


def _blame(rule: Rule) -> Item:
    by = getattr(rule, "by", None) or "owner"
    return {"rule": rule.title, "number": rule.number, "by": by, "because": rule.because}


def _named(rules: Rules) -> Iterator[bytes]:
    """The accounts that rules about carrying name, themselves or by own lists."""
    for rule in rules.rules:
        for clause in rule.clauses if rule.action is Action.DROP else ():
            keys = sorted(
                clause.values
                if clause.condition == "account"
                else {key for name in clause.values for key in rules.lists.get(name, ())}
            )
            if clause.condition in ("account", "list"):
                yield from map(parse_key, keys)

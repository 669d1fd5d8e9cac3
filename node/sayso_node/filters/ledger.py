"""The ledger: all that the owner's rules hide, fold or keep from being carried, by which rule of
whom; and taking a rule back. It is what the rules say of the store now, but for entries that are
kept back: their bodies may be gone, so which rule did it is kept with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.filters.account_rules import dropping, drops_accounts
from sayso_protocol.filters.relay_rules import keys_of, rules_on_entries
from sayso_protocol.filters.rules import STAGES, Action, Rule, Rules, Stage
from sayso_protocol.filters.syntax.editor import remove_rules
from sayso_protocol.suggestion import similar
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery
from sayso_storage.interface.withholding import RelayRule, Withheld

from ..accounts.lineage import feeds_in_line
from ..accounts.lookup import find_entry
from ..accounts.names import Name, Names
from ..entries.item import FilterResult, Item
from ..entries.loader import PAGE, load_items
from ..errors import NodeError, NotFound
from ..home.directory import Home
from .file import change_rules, load_rules
from .judge import Judge, gatherer
from .preview import Progress, Tried, changes, held_posts


@dataclass(frozen=True, slots=True)
class Blame:
    """A rule that does something: what it is called, its number (None where it is not in the file
    any more), and whose it is, ``owner`` or a labeller."""

    rule: str
    number: int | None
    by: str
    because: str | None

    def as_json(self) -> dict[str, object]:
        """The rule for programs."""
        return {"rule": self.rule, "number": self.number, "by": self.by, "because": self.because}


@dataclass(frozen=True, slots=True)
class LedgerPost:
    """An entry that a rule hides or keeps from others: `what` is ``hidden``, ``folded``,
    ``thinned`` where the body was not stored, or ``not relayed``."""

    what: str
    item: Item
    blame: Blame

    def as_json(self) -> dict[str, object]:
        """The entry for programs, and what is done to it."""
        return self.item.as_json() | {"what": self.what} | self.blame.as_json()


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account that is not carried: whether it is followed, and how many entries are here from
    before."""

    account: bytes
    name: Name
    followed: bool
    held: int
    blame: Blame

    what = "not carried"

    def as_json(self) -> dict[str, object]:
        """The account for programs."""
        return {
            "what": self.what,
            "account": key_text(self.account),
            "name": self.name.shown,
            "petname": self.name.petname,
            "followed": self.followed,
            "held": self.held,
        } | self.blame.as_json()


LOOKED_AT: Final = 10_000
"""Posts that one page of the ledger looks at, at the most: a second of work with many rules."""

LOOKED_AT_TOGETHER: Final = 1000


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Lines of the ledger, and the entry behind which others may follow, if any may."""

    posts: list[LedgerPost]
    last: StoredEntry | None = None


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """The lines that are asked for: at most `limit`, from `since_ms` on, of what stands before an
    entry, and of one rule by its title."""

    limit: int
    since_ms: int | None = None
    before: StoredEntry | None = None
    rule: str | None = None


def not_shown(
    store: Store,
    rules: Rules,
    now_ms: int,
    asked: LedgerQuery,
    progress: Progress = lambda _: None,
) -> LedgerPage:
    """Posts that are hidden or folded, newest first: as many as are asked for, or as are among
    `LOOKED_AT` posts. Without rules that do that nothing is read."""
    if not any(_is_asked(one, asked.rule) for one in rules.rules):
        return LedgerPage([])
    judge, found, looked_at = Judge(store, rules, now_ms, (Stage.SHOW,)), list[LedgerPost](), 0
    before = None if asked.before is None else asked.before.place
    query = TimelineQuery(LOOKED_AT_TOGETHER, since_ms=asked.since_ms, before=before)
    names = Names(store)
    while page := store.timeline(query):
        for entry, verdict in zip(page, judge.judge(page), strict=True):
            if verdict.show is not None and asked.rule in (None, verdict.show.title):
                if len(found) == asked.limit:
                    return LedgerPage(found, found[-1].item.entry)
                found.append(_not_shown(store, names, entry, verdict.show))
        looked_at += len(page)
        progress(len(page))
        if looked_at >= LOOKED_AT:
            return LedgerPage(found, page[-1])
        query = replace(query, before=page[-1].place)
    return LedgerPage(found)


def _is_asked(one: Rule, title: str | None) -> bool:
    return Stage.SHOW in STAGES[one.action] and title in (None, one.title)


def _not_shown(store: Store, names: Names, entry: StoredEntry, rule: Rule) -> LedgerPost:
    [item] = load_items(store, names, [entry])
    if rule.action is Action.HIDE:
        what, result = "hidden", FilterResult(hidden=rule.title, because=rule.because)
    else:
        what, result = "folded", FilterResult(folded=rule.title, because=rule.because)
    return LedgerPost(what, replace(item, filtered=result), _blame(rule))


def withheld(store: Store, rules: Rules, now_ms: int, asked: LedgerQuery) -> LedgerPage:
    """Entries that rules keep from others, the last to arrive first, and the rules as they were
    then; those that arrived before an entry, where one is named."""
    names = Names(store)
    numbers = {key: one.number for one, key in _keys(rules, now_ms).items()}
    found, last, looked_at = list[LedgerPost](), None, 0
    for entry, kept in _kept(store, None if asked.before is None else asked.before.arrival):
        if looked_at == LOOKED_AT:
            return LedgerPage(found, last)
        last, looked_at = entry, looked_at + 1
        since = asked.since_ms or 0
        if asked.rule in (None, kept.title) and entry.sort_ms >= since:
            if len(found) == asked.limit:
                return LedgerPage(found, found[-1].item.entry)
            found.append(_withheld(store, names, entry, kept, numbers.get(kept.key)))
    return LedgerPage(found)


def is_withheld(store: Store, entry: StoredEntry) -> bool:
    """Whether an entry is kept from others."""
    return store.withheld_by(entry) is not None


def _withheld(
    store: Store, names: Names, entry: StoredEntry, rule: RelayRule, number: int | None
) -> LedgerPost:
    [item] = load_items(store, names, [entry])
    what = "thinned" if _is_thinned(entry) else "not relayed"
    blame = Blame(rule.title, number, rule.by or "owner", rule.because)
    return LedgerPost(what, replace(item, filtered=FilterResult(because=rule.because)), blame)


def not_carried(store: Store, rules: Rules, now_ms: int) -> Iterator[LedgerAccount]:
    """Accounts that are not carried, in order of their subscription, then others that rules
    name."""
    followed, names = set(store.carried_accounts()), Names(store)
    for account, rule in blocked(store, rules, now_ms).items():
        held = sum(state.count for state in feeds_in_line(store, account))
        is_followed = account in followed
        yield LedgerAccount(account, names.of(account), is_followed, held, _blame(rule))


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
    """The number of entries that each rule keeps from others."""
    rules_by_key = {key: rule for rule, key in _keys(rules, now_ms).items()}
    kept = (rules_by_key.get(rule.key) for _key, rule in _kept(store))
    return Counter(rule for rule in kept if rule is not None)


def lines_of(
    accounts: Iterator[LedgerAccount], rule: str | None, limit: int
) -> list[LedgerAccount]:
    """The first accounts, of one rule where one is named by its title."""
    return list(islice((one for one in accounts if rule in (None, one.blame.rule)), limit))


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
    for _change in changes(store, held_posts(store, None, progress), before, after, tried):
        pass
    still = blocked(store, new, now_ms)
    again = [key_text(one) for one in blocked(store, old, now_ms) if one not in still]
    key = _keys(old, now_ms).get(gone[0])
    back = [_is_thinned(entry) for entry, rule in _kept(store) if rule.key == key]
    return Undone(gone[0], tried, again, len(back), sum(back))


def _is_thinned(entry: StoredEntry) -> bool:
    return entry.body is None and not entry.damaged


def _rule(store: Store, rules: Rules, named: str, now_ms: int) -> Rule:
    for rule in rules.rules:
        if named in (rule.name, rule.title, str(rule.number)):
            return _own(rule)
    try:
        entry = find_entry(store, named)
    except NotFound as error:
        guess = similar(named, (rule.title for rule in rules.rules))
        raise NotFound(
            _("{named} is no rule and no entry{guess}; `sayso ledger` shows them").format(
                named=named, guess=guess
            )
        ) from error
    [verdict] = Judge(store, rules, now_ms).judge([entry])
    decides = verdict.show or _keeping(store, rules, entry, now_ms) or verdict.carry
    if decides is None:
        raise NotFound(_("no rule hides, folds or keeps away {named}").format(named=named))
    return _own(decides)


def _keeping(store: Store, rules: Rules, entry: StoredEntry, now_ms: int) -> Rule | None:
    """The rule that keeps an entry back, if it is still in the file: of an entry whose body is
    not here the rules themselves can say nothing."""
    kept = store.withheld_by(entry)
    keys = _keys(rules, now_ms)
    return next((rule for rule, key in keys.items() if kept and key == kept.key), None)


def _keys(rules: Rules, now_ms: int) -> dict[Rule, bytes]:
    return keys_of(rules_on_entries(rules, now_ms))


def _kept(store: Store, before: int | None = None) -> Iterator[Withheld]:
    while page := store.withheld_entries(PAGE, before):
        yield from page
        before = page[-1].entry.arrival


def _own(rule: Rule) -> Rule:
    by = getattr(rule, "by", None)
    if by is not None:
        raise NodeError(_("this comes by a label: `sayso labels unsubscribe {by}`").format(by=by))
    return rule


def _blame(rule: Rule) -> Blame:
    return Blame(rule.title, rule.number, rule.by or "owner", rule.because)


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

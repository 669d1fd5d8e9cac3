"""The effect that a labeller's labels would have on the posts that are held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sayso_protocol.accounts.statement import Rotate
from sayso_protocol.filters.rules import Action, Rules, Stage, Use
from sayso_protocol.filters.syntax.values import can_be_asked_for
from sayso_protocol.limits import MAX_LABELS_USED
from sayso_storage.interface.content.labels import Labelled, LabelPlace, Labels
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..filters.judge import Judge
from ..filters.preview import Change, Progress, Tried, changes, held_posts
from .subscription import with_uses


@dataclass(frozen=True, slots=True)
class Preview:
    """The rules without a labeller and with it; `labels` is where labels come from, if not from
    the store alone."""

    without: Rules
    subscribed: Rules
    labels: Labels | None = None

    def changes(
        self, store: Store, now_ms: int, since_ms: int | None, progress: Progress, tried: Tried
    ) -> Iterator[Change]:
        """The posts that it would show in another way; counts them in `tried`."""
        old, new = (
            Judge(store, rules, now_ms, (Stage.SHOW,), labels=self.labels)
            for rules in (self.without, self.subscribed)
        )
        yield from changes(store, held_posts(store, since_ms, progress), old, new, tried)


class _MergedLabels(Labels):
    """The labels in a store, but those of one labeller from another store."""

    def __init__(self, store: Store, labeller: bytes, there: Store) -> None:
        self._store = store
        self._labeller = labeller
        self._there = there

    def labels_on(
        self, subjects: Iterable[bytes], labellers: Sequence[bytes], *, on_account: bool = False
    ) -> dict[bytes, list[Labelled]]:
        """See `Labels`; the one labeller's come last."""
        wanted = list(subjects)
        others = [one for one in labellers if one != self._labeller]
        found = self._store.labels_on(wanted, others, on_account=on_account)
        if len(others) < len(labellers):
            more = self._there.labels_on(wanted, [self._labeller], on_account=on_account)
            for subject, labels in more.items():
                found.setdefault(subject, []).extend(labels)
        return found

    def followed_labellers(
        self, accounts: Iterable[bytes], name: str, limit: int
    ) -> dict[bytes, list[bytes]]:
        """See `Labels`: of the store alone, which knows who is followed."""
        return self._store.followed_labellers(accounts, name, limit)

    def labels_by(
        self,
        labeller: bytes,
        *,
        after: LabelPlace | None = None,
        until_ms: int | None = None,
        limit: int = 1000,
    ) -> list[Labelled]:
        """See `Labels`."""
        source = self._there if labeller == self._labeller else self._store
        return source.labels_by(labeller, after=after, until_ms=until_ms, limit=limit)


def merged_labels(store: Store, labeller: bytes, there: Store) -> Labels:
    """The labels in a store, but those of one labeller from a throw-away store."""
    _copy_rotations(store, there)
    return _MergedLabels(store, labeller, there)


def _copy_rotations(store: Store, there: Store) -> None:
    """Let another store know whose keys are one account's, since a label on one of them is a
    label on all."""
    for account in store.carried_accounts():
        if store.successor(account) is not None:
            there.follow(account, None, now_ms())
            there.add_grants([state.grant for state in store.feeds_of(account)])
            rotations = [one for one in store.statements_of(account) if isinstance(one, Rotate)]
            there.add_statements(rotations, now_ms())


def preview(
    rules: Rules, labeller: bytes, uses: Iterable[Use], labels: Labels | None = None
) -> Preview:
    """Compare these uses with none at all; what this labeller's labels do now is left out."""
    return Preview(with_uses(rules, labeller, ()), with_uses(rules, labeller, uses), labels)


def hide_all(names: Counter[str]) -> list[Use]:
    """The use of most consequence: every label hides. Of many names those used most."""
    usable = [name for name, _ in names.most_common() if can_be_asked_for(name)]
    return [Use(name, Action.HIDE) for name in usable[:MAX_LABELS_USED]]

"""What a labeller's labels would do to the posts that are held, before they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sayso_protocol.choice.rules import Action, Rules, Stage, Use
from sayso_protocol.limits import MAX_LABELS_USED
from sayso_storage.interface import Store

from .choosing import Choice
from .labellers import with_uses
from .opinions import can_be_asked_for
from .trying import Change, Progress, Tried, changes, held_posts


@dataclass(frozen=True, slots=True)
class Preview:
    """The rules without a labeller and with it."""

    without: Rules
    having: Rules

    def changes(
        self, store: Store, now_ms: int, since_ms: int | None, progress: Progress, tried: Tried
    ) -> Iterator[Change]:
        """The posts that it would show in another way; counts them in `tried`."""
        old, new = (
            Choice(store, rules, now_ms, (Stage.SHOW,)) for rules in (self.without, self.having)
        )
        yield from changes(store, held_posts(store, since_ms, progress), old, new, tried)


def preview(rules: Rules, labeller: bytes, uses: Iterable[Use]) -> Preview:
    """Compare these uses with none at all; what is in force by this labeller is left out."""
    return Preview(with_uses(rules, labeller, ()), with_uses(rules, labeller, uses))


def hide_all(names: Counter[str]) -> list[Use]:
    """The use of most consequence: every label hides. Of many names those used most."""
    usable = [name for name, _ in names.most_common() if can_be_asked_for(name)]
    return [Use(name, Action.HIDE) for name in usable[:MAX_LABELS_USED]]

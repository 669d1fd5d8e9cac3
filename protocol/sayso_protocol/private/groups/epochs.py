"""The epochs of a group that one device knows, and which of them to write in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .epoch import Epoch
from .group_limits import ERASE_MS, MAX_EPOCHS, MAX_EPOCHS_FROM, WRITE_MS
from .membership import Membership

_TRIED = 64
"""Sets of heads that are tried, deepest first, before a new epoch is made: a view costs time."""


@dataclass(slots=True)
class KnownEpoch:
    """An epoch, and the accounts that gave it: the own one where it was made here."""

    epoch: Epoch
    givers: set[bytes] = field(default_factory=set)


class KnownEpochs:
    """Epochs by id."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._epochs: dict[bytes, KnownEpoch] = {}
        self._from: Counter[bytes] = Counter()
        self._erased: dict[bytes, None] = {}

    def __len__(self) -> int:
        return len(self._epochs)

    def get(self, id: bytes) -> Epoch | None:
        """An epoch whose key is known."""
        known = self._epochs.get(id)
        return None if known is None else known.epoch

    def all(self) -> list[Epoch]:
        """All of them, in the order in which they came."""
        return [known.epoch for known in self._epochs.values()]

    def put(self, epoch: Epoch, giver: bytes) -> bool:
        """Keep one, and who gave it; False where that is nothing new, or too many."""
        known = self._epochs.get(epoch.id)
        if known is not None:
            if giver in known.givers:
                return False
            known.givers.add(giver)
            return True
        if self._from[giver] >= MAX_EPOCHS_FROM or len(self._epochs) >= MAX_EPOCHS:
            return False
        if epoch.id in self._erased:
            return False
        self._epochs[epoch.id] = KnownEpoch(epoch, {giver})
        self._from[giver] += 1
        return True

    def holders(self, epoch: Epoch) -> set[bytes]:
        """Whom it was made for, and whom an add handed it. Raises `KeyError` where operations that
        it names are not known."""
        made_for = self._membership.members_at(epoch.heads)
        return set(made_for) | self._membership.given(epoch.id)

    def may_have(self, account: bytes, epoch: Epoch) -> bool:
        """Whether an account may be given a key again: only who is in, and in a forgetting group
        only a holder. Where the operations that it names are not known, nobody."""
        membership = self._membership
        if account not in membership.members() or not membership.knows(epoch.heads):
            return False
        return not membership.charter.forgetting or account in self.holders(epoch)

    def usable(self, now_ms: int) -> Epoch | None:
        """The epoch to write in: held by exactly those who are in, given by one of them. Of several
        the one that knows most operations, then the one with the largest id: all of them have the
        same holders, so it does not matter who ground it. None where a new one must be made.

        Where newcomers may read the past, keys are handed on, so there none is written in after
        somebody went: he may have been given it."""
        fits = sorted(self._candidates(now_ms), key=lambda one: (one[0], one[1].id), reverse=True)
        now = self._membership.members().keys()
        judged: dict[tuple[bytes, ...], set[bytes]] = {}
        for _, epoch in fits:
            if epoch.heads not in judged:
                if len(judged) == _TRIED:
                    return None
                judged[epoch.heads] = set(self._membership.members_at(epoch.heads))
            holders = judged[epoch.heads] | self._membership.given(epoch.id)
            if holders == now and self._epochs[epoch.id].givers & holders:
                return epoch
        return None

    def _candidates(self, now_ms: int) -> list[tuple[int, Epoch]]:
        membership = self._membership
        forgetting = membership.charter.forgetting
        found: list[tuple[int, Epoch]] = []
        for known in self._epochs.values():
            epoch = known.epoch
            if not membership.knows(epoch.heads):
                continue
            if forgetting and now_ms - epoch.time_ms >= WRITE_MS:
                continue
            if not forgetting and membership.removed_beyond(epoch.heads):
                continue
            found.append((membership.depth(epoch.heads), epoch))
        return found

    def erase(self, now_ms: int) -> list[bytes]:
        """Forget the keys of a forgetting group that are old enough; their ids."""
        if not self._membership.charter.forgetting:
            return []
        old = [id for id, known in self._epochs.items() if now_ms - known.epoch.time_ms >= ERASE_MS]
        for id in old:
            self._from.subtract([next(iter(self._epochs[id].givers))])
            del self._epochs[id]
        self._erased.update(dict.fromkeys(old))
        while len(self._erased) > MAX_EPOCHS:
            del self._erased[next(iter(self._erased))]
        return old

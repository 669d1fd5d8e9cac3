"""People with one device each, and a slow, obvious definition of membership."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.private.groups.operation import Charter, Kind, Operation

NOW = 1_750_000_000_000


@dataclass(frozen=True)
class Person:
    """An account with one device."""

    account: KeyPair
    device: KeyPair
    grant: Grant

    @property
    def key(self) -> bytes:
        return self.account.public


@cache
def person(name: str) -> Person:
    """The same person for the same name."""
    seeds = [blake2b(f"{part} {name}".encode(), digest_size=32).digest() for part in ("a", "d")]
    account, device = (KeyPair.from_seed(seed) for seed in seeds)
    return Person(account, device, sign_grant(account, device, bytes(32)))


def charter(*, circle: bool = False, forgetting: bool = False) -> Charter:
    return Charter(b"s" * 16, "chess", circle, forgetting)


def oracle(operations: dict[bytes, Operation]) -> dict[bytes, bool]:
    """Who is in after these operations, which hold the ancestors of each: the rules word for word,
    by ever smaller sets. Operations that their authors might not do count for nothing."""
    pasts: dict[bytes, frozenset[bytes]] = {}
    order: list[Operation] = []
    left = list(operations.values())
    while left:
        for one in list(left):
            if all(parent in pasts for parent in one.parents):
                above = [pasts[parent] for parent in one.parents]
                pasts[one.id] = frozenset(one.parents).union(*above)
                order.append(one)
                left.remove(one)
    views: dict[frozenset[bytes], dict[bytes, bool]] = {}

    def view(known: frozenset[bytes]) -> dict[bytes, bool]:
        if known not in views:
            views[known] = _view([one for one in order if one.id in known])
        return views[known]

    def allowed(one: Operation) -> bool:
        if one.kind == Kind.CREATE:
            return True
        before = view(pasts[one.id])
        if one.kind == Kind.LEAVE:
            return one.author in before
        if one.kind == Kind.REMOVE and one.target == order[0].author:
            return False
        return before.get(one.author, False)

    def _view(known: list[Operation]) -> dict[bytes, bool]:
        legal = [one for one in known if allowed(one)]
        removals = [one for one in legal if one.kind in (Kind.REMOVE, Kind.LEAVE)]
        counting: list[Operation] = []
        for one in legal:
            if one in removals:
                continue
            struck = any(
                gone.kind == Kind.REMOVE
                and gone.target == one.author
                and gone.id not in pasts[one.id]
                and one.id not in pasts[gone.id]
                for gone in removals
            )
            stands = any(
                add.target == one.author
                and add.admin
                and add.id in pasts[one.id]
                and not any(
                    gone.target == one.author
                    and gone.id in pasts[one.id]
                    and gone.id not in pasts[add.id]
                    for gone in removals
                )
                for add in counting
            )
            if one.kind == Kind.CREATE or (stands and not struck):
                counting.append(one)
        found: dict[bytes, bool] = {}
        for add in counting:
            gone_by = [gone for gone in removals if gone.target == add.target]
            if all(gone.id in pasts[add.id] for gone in gone_by):
                found[add.target] = found.get(add.target, False) or add.admin
        return found

    return view(frozenset(operations))

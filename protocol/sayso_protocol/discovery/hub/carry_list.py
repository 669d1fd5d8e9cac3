"""The accounts that a hub carries, and who else may come to be carried: a state machine.

It knows the owner's settings and what is carried, and decides what becomes of each request. It
reads no clock and stores nothing: what is to be done comes out as decisions, in order. A hub has no
say over anybody: it carries an account or does not, and whoever is refused asks another one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from .carried_account import BY_ACCOUNT, BY_OWNER, BY_READER, CarriedAccount
from .carry_messages import (
    ASK,
    BAD_PROOF,
    CARRIED,
    END,
    ENDED,
    FULL,
    HUB_FULL,
    NETWORK_FULL,
    NOT_CARRIED,
    NOT_LISTED,
    NOT_OWN,
    OWNER_LISTS,
    PEER_FULL,
    REFUSED_BY_OWNER,
    CarryAnswer,
)
from .carry_proof import CarryProof
from .hub_limits import (
    GROWS_AGAIN,
    MAX_EVICTED_AT_ONCE,
    PROOF_AHEAD_MS,
    PROOF_VALID_MS,
)
from .settings import HubSettings, Openness


@dataclass(frozen=True, slots=True)
class Carry:
    """Carry an account from now on, or on another's word."""

    account: bytes
    word: str
    asker: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class LetGrow:
    """Take more of an account, or no more."""

    account: bytes
    grows: bool


@dataclass(frozen=True, slots=True)
class EndCarriage:
    """Let go of an account and of what is held of it."""

    account: bytes
    reason: str
    """``owner``, ``unread`` or ``account``."""


Decision = Carry | LetGrow | EndCarriage


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a peer id that the handshake proved, and its network, empty for a program on the
    hub's own machine."""

    peer_id: str
    network: str = ""


class CarryList:
    """See the module."""

    def __init__(self, hub: str, settings: HubSettings) -> None:
        """`hub` is the own peer id."""
        self._hub = hub
        self._settings = settings
        self._carried: dict[bytes, CarriedAccount] = {}

    # --- what the owner and the store say --------------------------------------------------

    def choose(self, settings: HubSettings, now_ms: int) -> list[Decision]:
        """The owner's file says so now. Who is taken off the list stays, under the quotas; who is
        refused goes."""
        self._settings = settings
        decisions: list[Decision] = []
        for account in settings.listed:
            known = self._carried.get(account)
            if known is None or known.word != BY_OWNER:
                decisions += self._take(Carry(account, BY_OWNER), now_ms)
        for account in [one for one in self._carried if settings.is_refused(one)]:
            decisions += self._let_go(account, "owner")
        return decisions + self._grown()

    def counted(self, carried: Iterable[CarriedAccount]) -> list[Decision]:
        """So much is held of those that are carried, as the store says."""
        self._carried = {one.account: one for one in carried}
        return self._grown()

    def note_read(self, accounts: Collection[bytes], now_ms: int) -> list[bytes]:
        """Peers read these accounts. Gives those of them that are carried."""
        found = [one for one in accounts if one in self._carried]
        for one in found:
            self._carried[one] = replace(self._carried[one], read_ms=now_ms)
        return found

    @property
    def accounts(self) -> list[CarriedAccount]:
        """All that are carried."""
        return list(self._carried.values())

    # --- what others ask -------------------------------------------------------------------

    def status(self, account: bytes) -> CarryAnswer:
        """How an account stands here."""
        known = self._carried.get(account)
        if known is None:
            return CarryAnswer(NOT_CARRIED)
        code = CARRIED if known.grows else FULL
        return CarryAnswer(code, known.entries, known.bytes, self._settings.most_of(account))

    def ask(
        self, account: bytes, asker: Asker, proof: CarryProof | None, now_ms: int
    ) -> tuple[CarryAnswer, list[Decision]]:
        """A node asks that an account be carried; with a proof it is the account's own."""
        if proof is not None and not self._is_good(proof, ASK, account, asker, now_ms):
            return CarryAnswer(BAD_PROOF), []
        word = BY_READER if proof is None else BY_ACCOUNT
        if self._settings.is_refused(account):
            return CarryAnswer(REFUSED_BY_OWNER), []
        known = self._carried.get(account)
        if known is not None and not (known.word == BY_READER and word == BY_ACCOUNT):
            return self.status(account), []
        refusal = self._refusal(account, word, asker)
        if refusal is None and known is None:
            room, refusal = self._make_room(now_ms)
        else:
            room = []
        if refusal is not None:
            return (CarryAnswer(refusal) if known is None else self.status(account)), []
        decisions = room + self._take(Carry(account, word, asker.peer_id, asker.network), now_ms)
        return self.status(account), decisions

    def end(
        self, account: bytes, asker: Asker, proof: CarryProof | None, now_ms: int
    ) -> tuple[CarryAnswer, list[Decision]]:
        """An account's own node asks to let go of it."""
        if proof is None or not self._is_good(proof, END, account, asker, now_ms):
            return CarryAnswer(BAD_PROOF), []
        if account not in self._carried:
            return CarryAnswer(NOT_CARRIED), []
        if self._settings.is_listed(account):
            return CarryAnswer(OWNER_LISTS), []
        return CarryAnswer(ENDED), self._let_go(account, "account")

    # --- rules -------------------------------------------------------------------------------

    def _is_good(
        self, proof: CarryProof, what: str, account: bytes, asker: Asker, now_ms: int
    ) -> bool:
        same = (proof.what, proof.account) == (what, account)
        meant = (proof.hub, proof.asker) == (self._hub, asker.peer_id)
        return same and meant and -PROOF_AHEAD_MS <= now_ms - proof.time_ms <= PROOF_VALID_MS

    def _refusal(self, account: bytes, word: str, asker: Asker) -> int | None:
        opened = self._settings.open
        if opened is Openness.LISTED:
            return NOT_LISTED
        if opened is Openness.ACCOUNTS and word == BY_READER:
            return NOT_OWN
        others = [one for one in self._unlisted() if one.account != account]
        quota = self._settings.quota
        if sum(one.asker == asker.peer_id for one in others) >= quota.peer_accounts:
            return PEER_FULL
        same = sum(one.network == asker.network for one in others) if asker.network else 0
        return NETWORK_FULL if same >= quota.network_accounts else None

    def _make_room(self, now_ms: int) -> tuple[list[Decision], int | None]:
        """Let go of whom the owner's rule allows until one more has room; or why there is none."""
        kept, after = self._unlisted(), self._settings.evict_unread_ms
        too_many = len(kept) + 1 - self._settings.quota.accounts
        if too_many <= 0:
            return [], None
        eldest = sorted(kept, key=lambda one: (one.read_ms, one.account))[:too_many]
        if after is None or too_many > min(len(kept), MAX_EVICTED_AT_ONCE):
            return [], HUB_FULL
        if now_ms - eldest[-1].read_ms < after:
            return [], HUB_FULL
        return [step for one in eldest for step in self._let_go(one.account, "unread")], None

    def _unlisted(self) -> list[CarriedAccount]:
        return [one for one in self.accounts if not self._settings.is_listed(one.account)]

    def _take(self, carry: Carry, now_ms: int) -> list[Decision]:
        known = self._carried.get(carry.account)
        if known is None:
            known = CarriedAccount(
                carry.account, carry.word, carry.asker, carry.network, now_ms, now_ms, True, 0, 0
            )
        self._carried[carry.account] = replace(
            known, word=carry.word, asker=carry.asker, network=carry.network
        )
        return [carry]

    def _let_go(self, account: bytes, reason: str) -> list[Decision]:
        del self._carried[account]
        return [EndCarriage(account, reason)]

    def _grown(self) -> list[Decision]:
        """Who has used up its bytes, or may take more again.

        Half of the quota is shared out: each account has its share, whatever others take. The
        other half goes to those who need more, as they come.
        """
        quota = self._settings.quota
        share = quota.bytes // (2 * max(1, quota.accounts))
        taken = sum(max(0, one.bytes - share) for one in self._unlisted())
        decisions: list[Decision] = []
        for one in self.accounts:
            edge = 1.0 if one.grows else GROWS_AGAIN
            most = self._settings.most_of(one.account)
            has_room = most is None or one.bytes < most * edge
            if not self._settings.is_listed(one.account):
                has_room &= one.bytes < share * edge or taken < quota.bytes // 2 * edge
            if has_room != one.grows:
                self._carried[one.account] = replace(one, grows=has_room)
                decisions.append(LetGrow(one.account, has_room))
        return decisions

"""Sealing what waits: knocks to devices that have no session, letters to those that have one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ..letters.box import day_at, door_box, letter_id
from .agreement import Device
from .contents.introduction import with_first_word
from .contents.receipt import MAX_RECEIPTS, write_receipt
from .contents.ticket import write_ticket
from .envelope import Envelope, write_envelope
from .mailbox_effects import Deliver, Effect, Withdraw
from .mailbox_state import LAID, OUTGOING, PEER, MailboxState
from .outgoing import MAX_COUNTED, LaidLetter, Outgoing
from .peer import Peer, PeerSession
from .private_limits import (
    ID_SIZE,
    MAX_DEVICES,
    MAX_WORDS,
    TICKET_MS,
    TICKET_RENEWAL_MS,
)
from .ratchet import KEY_SIZE, Random, Ratchet
from .sealed_knock import WrittenKnock, write_knock
from .secret_boxes import SecretBoxes


class Sealing:
    """One pass over some devices. Fills `effects`."""

    def __init__(
        self, state: MailboxState, boxes: SecretBoxes, random: Random, now_ms: int
    ) -> None:
        self._state, self._boxes, self._random, self._now_ms = state, boxes, random, now_ms
        self.effects: list[Effect] = []

    def run(self, peers: Iterable[Peer]) -> None:
        """Seal all that waits for these devices and can be sealed now."""
        heard = [one for one in peers if one.is_accepted]
        if not heard:  # after each report of a courier, of thousands of letters
            return
        waiting = {(one.item, one.feed) for one in self._state.laid.values() if not one.is_carried}
        by_account: dict[bytes, list[tuple[Peer, list[Outgoing]]]] = {}
        for peer in heard:
            due = list(self._due(peer, waiting))
            by_account.setdefault(peer.account, []).append((peer, due))
        for account, some in by_account.items():
            self._call(account, some)
            self._say_further(account, [peer for peer, _ in some])
            for peer, due in some:
                self._write(peer, due)

    def relay(self, laid: LaidLetter) -> None:
        """Lay a letter that no carrier has into the box of today."""
        day = day_at(self._now_ms)
        self._drop(laid)
        if laid.at_door:
            box = door_box(laid.account, day)
        else:
            peer = self._state.peers.get(laid.feed)
            ticket = None if peer is None else peer.ticket(self._now_ms)
            if ticket is None:  # it is sealed anew once the device was called again
                self._unseal_target(laid)
                return
            box = self._boxes.to_write(ticket, day)
        at = box, day, laid.letter, laid.since_ms
        self._lay(laid.account, laid.feed, laid.item, *at, word=laid.word)

    def withdraw(self, laid: LaidLetter) -> None:
        """Deliver a letter no more."""
        self._drop(laid)

    def _due(self, peer: Peer, waiting: set[tuple[bytes | None, bytes]]) -> Iterator[Outgoing]:
        identity = peer.identity()
        for item in self._state.outgoing.values():
            target = item.targets.get(peer.feed)
            if target is None or not target.is_due(identity, self._now_ms):
                continue
            if (item.id, peer.feed) in waiting:
                if target.identity == identity:
                    continue
                for laid in [*self._state.laid.values()]:
                    if (laid.item, laid.feed) == (item.id, peer.feed):
                        self._drop(laid)
            if target.identity not in (None, identity):
                target.told_ms = 0  # who lost his store has no shelf either
            if target.identity == identity and target.is_in_doubt:
                peer.give_up()
                self._state.changed(PEER, peer.feed)
            yield item

    def _call(self, account: bytes, some: list[tuple[Peer, list[Outgoing]]]) -> None:
        """Call those devices that need it, sixteen with one knock."""
        if not self._state.prekeys.introduction:
            return
        called: list[tuple[Peer, Device]] = []
        for peer, due in some:
            device = peer.callable_at(self._now_ms)
            if not due or device is None or self._is_ready(peer):
                continue
            if not peer.awaits_first_letter(self._now_ms):
                called.append((peer, device))
        for at in range(0, len(called), MAX_DEVICES):
            part = called[at : at + MAX_DEVICES]
            peers = [peer for peer, _ in part]
            knock = self._knock(account, part, next(self._untold(account, peers), None))
            for (peer, device), agreed in zip(part, knock.agreements, strict=True):
                ratchet = Ratchet.initiate(agreed.shared, device.week, agreed.bound, self._random)
                session = PeerSession(knock.first_key, device.identity, self._now_ms, ratchet)
                peer.add_session(session)
                peer.add_ticket(agreed.pair_secret, 0, self._now_ms, is_known=True)
                self._state.changed(PEER, peer.feed)

    def _say_further(self, account: bytes, peers: list[Peer]) -> None:
        """Lay what a stranger has to say besides at the door of who was called and has not
        answered, each word for itself: the boxes of whom he does not know he does not look into."""
        asked = [
            (peer, device)
            for peer in peers
            if not peer.is_heard_by and peer.session() is not None
            if (device := peer.callable_at(self._now_ms)) is not None
        ]
        if not asked or not self._state.prekeys.introduction:
            return
        untold = self._untold(account, [peer for peer, _ in asked])
        waiting = [one for one in untold if one.is_stranger]
        left = MAX_WORDS - self._state.words_at(account, self._now_ms) if waiting else 0
        for item in waiting[: max(left, 0)]:
            for at in range(0, len(asked), MAX_DEVICES):
                self._knock(account, asked[at : at + MAX_DEVICES], item, is_call=False)

    def _untold(self, account: bytes, peers: list[Peer]) -> Iterator[Outgoing]:
        """What has a first word that was not laid at the door for these devices, in the order in
        which it was written. The owner's own devices need none."""
        for item in self._state.outgoing.values():
            if item.first_word and account != self._state.account:
                targets = [item.targets[one.feed] for one in peers if one.feed in item.targets]
                if any(not one.told_ms for one in targets):
                    yield item

    def _knock(
        self,
        account: bytes,
        called: list[tuple[Peer, Device]],
        item: Outgoing | None,
        *,
        is_call: bool = True,
    ) -> WrittenKnock:
        """Lay a knock at a door, with the first word of something written."""
        state, keys = self._state, self._state.prekeys
        own = Device(state.account, state.feed, keys.public, b"")
        first = b"" if item is None else item.first_word
        content = with_first_word(keys.introduction, first, is_call=is_call)
        others = [device for _, device in called]
        knock = write_knock(own, keys.identity, others, content, self._random)
        for peer, _ in called:
            if item is not None and peer.feed in item.targets:
                item.targets[peer.feed].told_ms = self._now_ms
                state.changed(OUTGOING, item.id)
        day = day_at(self._now_ms)
        at = door_box(account, day), day, knock.letter, self._now_ms
        word = None if item is None else item.id
        self._lay(account, b"", knock.first_key[:ID_SIZE], *at, word=word)
        return knock

    def _is_ready(self, peer: Peer) -> bool:
        return peer.session() is not None and peer.ticket(self._now_ms) is not None

    def _write(self, peer: Peer, due: list[Outgoing]) -> None:
        if not (due or peer.receipts or peer.owes_answer) or not self._is_ready(peer):
            return
        self._renew_ticket(peer)
        self._answer(peer)
        for item in due:
            if not self._is_ready(peer):  # so many went unanswered that it is to be called anew
                return
            target = item.targets[peer.feed]
            identity = peer.identity()
            if target.identity != identity:
                target.tries = 0
            target.identity, target.sealed_ms, target.collected_ms = identity, self._now_ms, 0
            target.tries = min(target.tries + 1, MAX_COUNTED)
            self._state.changed(OUTGOING, item.id)
            self._seal(peer, Envelope(item.id, item.content))

    def _answer(self, peer: Peer) -> None:
        """Receipts, and an answer that says nothing where one is owed."""
        while (peer.receipts or peer.owes_answer) and self._is_ready(peer):
            ids = tuple(islice(peer.receipts, MAX_RECEIPTS))
            self._seal(peer, Envelope(None, write_receipt(ids) if ids else b""))
            peer.owes_answer = False
            for one in ids:
                del peer.receipts[one]

    def _renew_ticket(self, peer: Peer) -> None:
        """Give a new pair secret where the current one comes to its end. To whoever is off none is
        given before the last one needs it: he would keep these, and not that which is in use."""
        ticket, session = peer.ticket(self._now_ms), peer.session()
        if ticket is None or session is None or not session.ratchet.is_answered:
            return
        given_ms = max(one.until_ms for one in peer.tickets) - TICKET_MS
        is_tried = given_ms + TICKET_MS - TICKET_RENEWAL_MS > self._now_ms
        if ticket.until_ms - self._now_ms <= TICKET_RENEWAL_MS and not is_tried:
            secret = self._random(KEY_SIZE)
            peer.add_ticket(secret, 0, self._now_ms, is_known=False)
            self._seal(peer, Envelope(None, write_ticket(secret)))

    def _seal(self, peer: Peer, envelope: Envelope) -> None:
        session, ticket = peer.session(), peer.ticket(self._now_ms)
        assert session is not None and ticket is not None
        letter = session.ratchet.encrypt(write_envelope(envelope), self._random)
        self._state.changed(PEER, peer.feed)
        day = day_at(self._now_ms)
        box = self._boxes.to_write(ticket, day)
        self._lay(peer.account, peer.feed, envelope.id, box, day, letter, self._now_ms)

    def _lay(
        self,
        account: bytes,
        feed: bytes,
        item: bytes | None,
        box: bytes,
        day: int,
        letter: bytes,
        since_ms: int,
        *,
        word: bytes | None = None,
    ) -> None:
        name = letter_id(box, letter)
        laid = LaidLetter(name, account, feed, item, day, since_ms, letter, word)
        self._state.laid[name] = laid
        self._state.changed(LAID, name)
        self.effects.append(Deliver(name, account, box, letter, laid.at_door, word))

    def _drop(self, laid: LaidLetter) -> None:
        del self._state.laid[laid.id]
        self._state.changed(LAID, laid.id)
        self.effects.append(Withdraw(laid.id))

    def _unseal_target(self, laid: LaidLetter) -> None:
        item = self._state.outgoing.get(laid.item or b"")
        target = None if item is None else item.targets.get(laid.feed)
        if item is not None and target is not None:
            target.identity = None
            self._state.changed(OUTGOING, item.id)

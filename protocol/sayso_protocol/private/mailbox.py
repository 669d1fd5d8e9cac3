"""The mailbox: the state machine of one device's private messages, without I/O.

Events go in with the time, effects come out. Every device of both people is a recipient of its own.
What was written stays as plain text until each has receipted it: who lost his store has another
identity, and for that it is sealed anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..crypto.keys import KeyPair
from ..errors import Refused
from ..letters.box import day_at
from .contents import content_kind
from .contents import receipt as receipts
from .contents import ticket as tickets
from .contents.introduction import read_introduction
from .envelope import Envelope, read_envelope
from .mailbox_effects import (
    Announce,
    Effect,
    Knocked,
    MessageState,
    NoteState,
    PublishPrekey,
    Show,
    WordTaken,
)
from .mailbox_events import (
    Accepted,
    CarriersEmptied,
    DevicesKnown,
    Event,
    KnockTaken,
    KnownDevice,
    LetterReported,
    LettersTaken,
    LetterState,
    PrekeyPublished,
    Tick,
    Withdrawn,
    Write,
)
from .mailbox_state import LAID, OUTGOING, PEER, PREKEYS, MailboxFull, MailboxState
from .outgoing import MAX_TARGETS, LaidLetter, Outgoing, Target
from .own_prekeys import OwnPrekeys, week_number
from .peer import Peer, PeerSession, Ticket
from .private_limits import RETURNED_MS
from .ratchet import Random, Ratchet, Undecryptable, shared_secret
from .sealing import Sealing
from .secret_boxes import SecretBoxes

__all__ = ["Mailbox", "MailboxFull"]


class Mailbox:
    """See the module. `account` and `feed` are the own ones."""

    def __init__(self, state: MailboxState, random: Random) -> None:
        self._state, self._random = state, random
        self._boxes = SecretBoxes()
        self._effects: list[Effect] = []
        self._touched: dict[bytes, None] = {}
        self._now_ms = 0

    @classmethod
    def restore(
        cls,
        account: bytes,
        feed: bytes,
        records: Iterable[tuple[str, bytes]],
        random: Random,
    ) -> Mailbox:
        """The mailbox of these records, each the kind and the value of a `Store`, of the kinds
        `mailbox_state.KINDS`. Without any it begins with a new identity. Raises `Refused`."""
        fresh = OwnPrekeys.begin(random)
        return cls(MailboxState.restore(account, feed, fresh, records), random)

    def handle(self, event: Event, now_ms: int) -> list[Effect]:
        """What is to be done now. Raises `MailboxFull` for a `Write` too many, and nothing else:
        what others send is refused silently."""
        self._effects, self._touched, self._now_ms = [], {}, now_ms
        match event:
            case DevicesKnown():
                self._know(event)
            case Write():
                self._write(event)
            case Withdrawn(id=name):
                self._finish(name)
            case KnockTaken(letter=letter):
                self._take_knock(letter)
            case LettersTaken(letters=letters):
                self._take(letters)
            case LetterReported(letter=name, state=state):
                self._report(name, state)
            case Accepted(account=account):
                self._accept(account)
            case PrekeyPublished(week=week, introduction=introduction):
                self._state.prekeys.published = week
                self._state.prekeys.introduction = introduction
                self._state.changed(PREKEYS, b"")
                self._touched = dict.fromkeys(self._state.peers)
            case CarriersEmptied():
                self._state.prekeys.emptied_ms = now_ms
                self._state.changed(PREKEYS, b"")
            case Tick():
                self._tick()
        sealing = self._sealing()
        sealing.run(self._state.peers[one] for one in self._touched if one in self._state.peers)
        return [*self._state.changes(), *self._effects, *sealing.effects]

    def boxes(self, now_ms: int) -> dict[bytes, KeyPair]:
        """The secret boxes to look into now, each with the key that proves the right to collect."""
        return self._boxes.keys(self._readable(), now_ms)

    def state_of(self, name: bytes) -> MessageState | None:
        """What became of something written; None where it waits for nothing any more."""
        item = self._state.outgoing.get(name)
        return None if item is None else item.state

    def first_word_of(self, name: bytes) -> bytes:
        """The first word of something that waits; empty where it has none."""
        item = self._state.outgoing.get(name)
        return b"" if item is None else item.first_word

    def devices_of(self, account: bytes) -> tuple[bytes, ...]:
        """The feeds of the known devices of an account."""
        return tuple(one.feed for one in self._state.peers_of(account))

    def devices(self) -> dict[bytes, list[bytes]]:
        """The feeds of all known devices, by account."""
        found: dict[bytes, list[bytes]] = {}
        for peer in self._state.peers.values():
            found.setdefault(peer.account, []).append(peer.feed)
        return found

    # What the owner does.

    def _write(self, event: Write) -> None:
        until_ms = min(event.until_ms, self._now_ms + RETURNED_MS)
        item = Outgoing(
            event.id, event.content, self._now_ms, until_ms,
            first_word=event.first_word, feeds=event.feeds, is_stranger=event.is_stranger,
        )  # fmt: skip
        self._state.add_outgoing(item)
        for account in dict.fromkeys(event.accounts):
            self._accept(account)
            item.open_accounts.add(account)
            self._aim(item, account)
        item.open_accounts.discard(self._state.account)
        self._settle(item)

    def _accept(self, account: bytes) -> None:
        self._state.accepted.add(account)
        for peer in self._state.peers_of(account):
            if not peer.is_accepted:
                peer.is_accepted = True
                self._state.changed(PEER, peer.feed)
            self._touched[peer.feed] = None

    def _aim(self, item: Outgoing, account: bytes) -> None:
        """Make the known devices of an account targets of a content."""
        for peer in self._state.peers_of(account):
            is_meant = not item.feeds or peer.feed in item.feeds
            if is_meant and len(item.targets) < MAX_TARGETS:  # more could not be read again
                item.targets[peer.feed] = Target(account)
                item.open_accounts.discard(account)
                self._state.changed(OUTGOING, item.id)
                self._touched[peer.feed] = None

    def _settle(self, item: Outgoing) -> None:
        """Let go of a content that every device has."""
        if not item.targets and not item.open_accounts:
            self._note(item, MessageState.DELIVERED)
            self._finish(item.id)

    def _finish(self, name: bytes) -> None:
        """Send a content no more, and erase it."""
        if self._state.outgoing.pop(name, None) is None:
            return
        self._state.changed(OUTGOING, name)
        self._withdraw([one for one in self._state.laid.values() if one.item == name])
        said = [one for one in self._state.laid.values() if one.word == name]
        for knock in said:
            if not knock.is_carried:  # it would still say it; who is to be called is called anew
                self._withdraw([knock])
                self._take_back_call(knock)

    def _note(self, item: Outgoing, state: MessageState) -> None:
        if state > item.state:
            item.state = state
            self._state.changed(OUTGOING, item.id)
            self._effects.append(NoteState(item.id, state))

    # Devices.

    def _know(self, event: DevicesKnown) -> None:
        state, account = self._state, event.account
        state.ended |= event.ended
        for feed in event.ended:
            self._end(feed)
        for known in event.devices:
            feed = known.device.feed
            if known.device.account == account and feed not in state.ended:
                self._learn(account, known)
        for item in [*state.outgoing.values()]:
            if account in item.open_accounts:
                self._aim(item, account)
        self._touched |= dict.fromkeys(one.feed for one in state.peers_of(account))

    def _learn(self, account: bytes, known: KnownDevice) -> Peer | None:
        """The device, with its keys as far as they are newer; None where there is no room for it,
        or it is no other device of this account."""
        state, feed = self._state, known.device.feed
        peer = state.peers.get(feed)
        if feed == state.feed or (peer is not None and peer.account != account):
            return None
        if not self._is_sound(known):
            return peer
        if peer is None:
            is_further = bool(state.peers_of(account)) or account == state.account
            peer = state.add_peer(account, feed)
            if peer is None:
                return None
            if is_further and peer.is_accepted:
                self._effects.append(Announce(account, feed))
        if peer.learn(known):
            state.changed(PEER, feed)
        return peer

    def _is_sound(self, known: KnownDevice) -> bool:
        """Whether one can agree with its keys."""
        try:
            for key in (known.device.identity, known.device.week):
                shared_secret(self._state.prekeys.identity, key)
        except Undecryptable:
            return False
        return True

    def _end(self, feed: bytes) -> None:
        """Let go of a device that was revoked: it gets nothing more, and is not heard."""
        if feed in self._state.peers:
            self._state.drop_peer(feed)
        self._withdraw([one for one in self._state.laid.values() if one.feed == feed])
        for item in [*self._state.outgoing.values()]:
            target = item.targets.pop(feed, None)
            if target is not None:
                self._state.changed(OUTGOING, item.id)
                if target.account != self._state.account:
                    others = any(one.account == target.account for one in item.targets.values())
                    if not others and item.state < MessageState.DELIVERED:
                        item.open_accounts.add(target.account)
                self._settle(item)

    # What comes.

    def _take_knock(self, letter: bytes) -> None:
        state = self._state
        try:
            opened, week = state.prekeys.open(state.account, state.feed, letter)
        except Undecryptable:
            return
        state.changed(PREKEYS, b"")
        try:
            caller = read_introduction(opened.content)
        except Refused:
            return
        device = caller.known.device
        names = device.account, device.feed, device.identity
        if names != (opened.account, opened.feed, opened.identity) or device.feed in state.ended:
            return
        peer = self._learn(device.account, caller.known)
        if peer is None:
            return
        if caller.is_call:
            agreed = opened.agreement
            ratchet = Ratchet.respond(agreed.shared, week.secret, agreed.bound)
            peer.add_session(PeerSession(opened.first_key, opened.identity, self._now_ms, ratchet))
            peer.add_ticket(agreed.pair_secret, 1, self._now_ms, is_known=True)
            state.changed(PEER, peer.feed)
            self._touched[peer.feed] = None
        self._effects.append(Knocked(device.account, device.feed, caller.first))

    def _take(self, letters: tuple[tuple[bytes, bytes], ...]) -> None:
        boxes = self._boxes.to_read(self._readable(), self._now_ms)
        for box, letter in letters:
            if box in boxes:
                self._take_letter(*boxes[box], letter)

    def _take_letter(self, peer: Peer, ticket: Ticket, letter: bytes) -> None:
        try:
            plain = peer.decrypt(letter, self._now_ms, self._random)
        except Undecryptable:
            return
        self._state.changed(PEER, peer.feed)
        self._touched[peer.feed] = None
        ticket.is_known = True
        try:
            envelope = read_envelope(plain)
        except Refused:
            return
        self._open(peer, envelope)

    def _open(self, peer: Peer, envelope: Envelope) -> None:
        try:
            kind = content_kind(envelope.content) if envelope.content else ""
            if envelope.id is None and kind == receipts.KIND:
                self._take_receipts(peer, receipts.read_receipt(envelope.content))
            elif envelope.id is None and kind == tickets.KIND:
                secret = tickets.read_ticket(envelope.content)
                peer.add_ticket(secret, 1, self._now_ms, is_known=True)
                peer.owes_answer = True
        except Refused:
            kind = ""
        if envelope.id is None:
            return
        peer.note_receipt(envelope.id)
        if self._state.note_taken(peer.account, envelope.id, self._now_ms) and kind:
            self._effects.append(Show(peer.account, peer.feed, envelope.id, envelope.content))

    def _take_receipts(self, peer: Peer, ids: tuple[bytes, ...]) -> None:
        for name in ids:
            item = self._state.outgoing.get(name)
            if item is None or item.targets.pop(peer.feed, None) is None:
                continue
            self._state.changed(OUTGOING, name)
            if peer.account != self._state.account:
                self._note(item, MessageState.DELIVERED)
            self._settle(item)

    def _readable(self) -> list[Peer]:
        return [one for one in self._state.peers.values() if one.is_accepted]

    # What becomes of letters.

    def _report(self, name: bytes, reported: LetterState) -> None:
        laid = self._state.laid.get(name)
        if laid is None:
            return
        self._state.changed(LAID, name)
        if reported is LetterState.CARRIED:
            laid.letter = b""
            self._note_carried(laid)
            return
        del self._state.laid[name]
        if laid.at_door:
            if reported is LetterState.RETURNED:
                self._take_back_call(laid)
                self._take_back_word(laid)
            elif laid.word is not None:
                self._effects.append(WordTaken(laid.word))
            return
        item = self._state.outgoing.get(laid.item or b"")
        target = None if item is None else item.targets.get(laid.feed)
        if item is None or target is None:
            return
        self._state.changed(OUTGOING, item.id)
        if reported is LetterState.RETURNED:
            target.identity = None
        else:
            target.collected_ms = self._now_ms

    def _note_carried(self, laid: LaidLetter) -> None:
        """A carrier has a letter; of what was written, all is carried that the reader can read by
        what lies there now."""
        if laid.account == self._state.account:
            return
        if not laid.at_door:
            item = self._state.outgoing.get(laid.item or b"")
            peer = self._state.peers.get(laid.feed)
            if item is None or peer is None:
                return
            if peer.is_heard_by or self._is_brought(item, peer, self._lying(laid.account)):
                self._note(item, MessageState.CARRIED)
            return
        lying, peers = self._lying(laid.account), self._state.peers_of(laid.account)
        for item in [*self._state.outgoing.values()]:
            if any(self._is_brought(item, one, lying) for one in peers):
                self._note(item, MessageState.CARRIED)

    def _is_brought(self, item: Outgoing, peer: Peer, lying: list[LaidLetter]) -> bool:
        """Whether a device that has not answered yet can read something by what carriers have: the
        letter, the call that opens it, and the first word, where it has one."""
        target, session = item.targets.get(peer.feed), peer.session()
        if target is None or target.identity is None or session is None:
            return False
        waits = [one for one in lying if not one.is_carried]
        if any(one.item == item.id and one.feed == peer.feed for one in waits):
            return False
        if any(one.at_door and session.first_key.startswith(one.item or b"-") for one in waits):
            return False
        is_said = bool(target.told_ms) and not any(one.word == item.id for one in waits)
        return is_said or not (item.first_word and item.is_stranger)

    def _lying(self, account: bytes) -> list[LaidLetter]:
        return [one for one in self._state.laid.values() if one.account == account]

    def _take_back_word(self, knock: LaidLetter) -> None:
        """Note that a first word does not lie at the door after all."""
        item = self._state.outgoing.get(knock.word or b"")
        for target in () if item is None else item.targets.values():
            if target.account == knock.account and item is not None:
                target.told_ms = 0
                self._state.changed(OUTGOING, item.id)
                self._touched |= dict.fromkeys(
                    one.feed for one in self._state.peers_of(knock.account)
                )

    def _take_back_call(self, knock: LaidLetter) -> None:
        """Let go of sessions whose knock never came."""
        for peer in self._state.peers_of(knock.account):
            lost = [
                one
                for one in peer.sessions
                if one.first_key.startswith(knock.item or b"-") and not one.ratchet.is_answered
            ]
            for session in lost:
                peer.sessions.remove(session)
                self._state.changed(PEER, peer.feed)
                for item in self._state.outgoing.values():
                    if peer.feed in item.targets:
                        item.targets[peer.feed].identity = None
                        self._state.changed(OUTGOING, item.id)

    def _withdraw(self, letters: list[LaidLetter]) -> None:
        sealing = self._sealing()
        for one in letters:
            sealing.withdraw(one)
        self._effects += sealing.effects

    def _sealing(self) -> Sealing:
        return Sealing(self._state, self._boxes, self._random, self._now_ms)

    # Time.

    def _tick(self) -> None:
        state, now_ms = self._state, self._now_ms
        keys = state.prekeys
        had = len(keys.weeks)
        if keys.renew(now_ms, self._random):
            number = week_number(now_ms)
            self._effects.append(PublishPrekey(keys.public, keys.weeks[-1].public, number))
        if keys.erase_old(now_ms) or len(keys.weeks) != had:
            state.changed(PREKEYS, b"")
        for peer in state.peers.values():
            if peer.forget(now_ms):
                state.changed(PEER, peer.feed)
        state.forget_taken(now_ms)
        for item in [*state.outgoing.values()]:
            if now_ms >= item.until_ms:
                if item.state is not MessageState.DELIVERED:
                    self._note(item, MessageState.RETURNED)
                self._finish(item.id)
        sealing = self._sealing()
        for laid in [*state.laid.values()]:
            if now_ms - laid.since_ms >= RETURNED_MS:
                sealing.withdraw(laid)
            elif not laid.is_carried and laid.day < day_at(now_ms):
                sealing.relay(laid)
        self._effects += sealing.effects
        self._touched = dict.fromkeys(state.peers)

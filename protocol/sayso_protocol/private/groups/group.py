"""One closed group on one device: contents and letters in, effects out.

It holds the operations, the epochs and which posts came; it reads no clock and rolls no dice. What
was lost is asked for again: at once when something names it, and every `ASK_MS` of a few members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...accounts.statement import Grant, claim_of, grant_for
from ...crypto.keys import KeyPair
from ...errors import BadShape, NotGranted, Refused
from ...translation import _
from .contents import (
    Epochs,
    GroupContent,
    Invitation,
    Operations,
    Post,
    Request,
    batches,
    epoch_batches,
)
from .effects import (
    Effect,
    ForgetEpoch,
    GivePosts,
    Lay,
    MembersChanged,
    Send,
    ShownPost,
    StoreEpoch,
    StoreOperation,
    StorePost,
)
from .epoch import SECRET_SIZE, Epoch, make_epoch, read_epoch
from .epochs import KnownEpochs
from .group_limits import (
    AHEAD_MS,
    ANSWER_MS,
    ASK_MS,
    ASKED_AT_ONCE,
    EPOCHS_A_LETTER,
    MAX_ANSWERS,
    MAX_IDS,
    MAX_MEMBERS,
    MAX_OPERATIONS,
    MAX_PARENTS,
    MAX_WAITING,
)
from .membership import Members, Membership
from .operation import (
    Charter,
    Kind,
    Operation,
    claimed_id,
    read_operation,
    sign_create,
    sign_operation,
)
from .post import GroupPost, claimed_post, open_post, read_post, sign_post, unseal_post
from .posts import KnownPosts

Random = Callable[[int], bytes]
"""So many random bytes."""


class NotAllowed(Exception):
    """Something that the own account may not do in this group; the text says why."""


class Group:
    """One group, as one device of `account` knows it."""

    def __init__(self, account: bytes, create: Operation, grant: bytes) -> None:
        self.account = account
        self.membership = Membership(create)
        self.epochs = KnownEpochs(self.membership)
        self.posts = KnownPosts()
        self._grants: dict[bytes, bytes] = {create.feed: grant}
        self._waiting: dict[bytes, tuple[GroupPost, bytes]] = {}
        self._answered: dict[bytes, int] = {}
        self._asked: dict[bytes, int] = {}
        self._next_ask_ms = 0

    # --- what can be seen ----------------------------------------------------------------------

    @property
    def id(self) -> bytes:
        """The group's id, that of its first operation."""
        return self.membership.group

    @property
    def charter(self) -> Charter:
        """Its name and mode."""
        return self.membership.charter

    @property
    def members(self) -> Members:
        """Who is in, and whether as an admin."""
        return self.membership.members()

    @property
    def is_in(self) -> bool:
        """Whether the own account is in."""
        return self.account in self.members

    def check_in(self) -> None:
        """Raises `NotAllowed` where the own account is not in."""
        if not self.is_in:
            raise NotAllowed(_("you are not in this group"))

    def check_admin(self) -> None:
        """Raises `NotAllowed` where the own account may not change who is in."""
        self.check_in()
        if not self.members[self.account]:
            raise NotAllowed(_("only admins of a group change who is in it"))
        if len(self.membership.operations) >= MAX_OPERATIONS:
            raise NotAllowed(_("the group was changed as often as it may be: make a new one"))

    def check_removal(self, target: bytes) -> None:
        """Raises `NotAllowed` where the own account may not remove this one."""
        self.check_admin()
        if target == self.account:
            raise NotAllowed(_("whoever wants to go leaves"))
        if target == self.membership.owner:
            raise NotAllowed(_("nobody removes the owner of a group"))
        if target not in self.members:
            raise NotAllowed(_("that account is not in the group"))

    # --- what the owner of the device does -----------------------------------------------------

    def invite(
        self, device: KeyPair, grant: Grant, now_ms: int, target: bytes, *, admin: bool = False
    ) -> list[Effect]:
        """Add an account, or make a member an admin. Raises `NotAllowed`."""
        self.check_admin()
        if len(self.members) >= MAX_MEMBERS and target not in self.members:
            raise NotAllowed(_("the group has as many members as it may"))
        epoch = None if self.charter.forgetting else self.epochs.usable(now_ms)
        given = None if epoch is None else epoch.id
        before = tuple(self.members)
        operation = self._sign(device, grant, now_ms, Kind.ADD, target, admin, given)
        effects = self._own(operation, grant, before)
        effects += self._give_operations(target, self.membership.operations)
        return effects + self._give_epochs(target, self.epochs.all())

    def remove(self, device: KeyPair, grant: Grant, now_ms: int, target: bytes) -> list[Effect]:
        """Remove an account for all of the group. Raises `NotAllowed`."""
        self.check_removal(target)
        before = tuple(self.members)
        operation = self._sign(device, grant, now_ms, Kind.REMOVE, target)
        return self._own(operation, grant, before)

    def leave(self, device: KeyPair, grant: Grant, now_ms: int) -> list[Effect]:
        """Go. Raises `NotAllowed` where the own account is not in."""
        self.check_in()
        before = tuple(self.members)
        operation = self._sign(device, grant, now_ms, Kind.LEAVE, self.account)
        return self._own(operation, grant, before)

    def write(
        self, device: KeyPair, grant: Grant, now_ms: int, body: bytes, random: Random
    ) -> list[Effect]:
        """Write a post, under a new epoch where none is held by exactly those who are in. Raises
        `NotAllowed`, and `TooLarge` for a body that fits no letter."""
        self.check_in()
        if self.charter.circle and self.account != self.membership.owner:
            raise NotAllowed(_("in a circle only its owner writes"))
        effects: list[Effect] = []
        epoch = self.epochs.usable(now_ms)
        if epoch is None:
            epoch, effects = self._new_epoch(now_ms, random)
        post = sign_post(device, grant, epoch, now_ms, self.posts.heads(), body)
        self.posts.put(post)
        return [*effects, StorePost(ShownPost(post, 0, False)), Lay(epoch, post)]

    # --- what comes ----------------------------------------------------------------------------

    def take(self, sender: bytes, content: GroupContent, now_ms: int) -> list[Effect]:
        """Take a content in that came from a device of this account. Raises `Refused` where it is
        not sound; what of it was sound before that stays."""
        if content.group != self.id:
            raise BadShape("a content of another group")
        match content:
            case Invitation() | Operations():
                return self._take_operations(sender, content, now_ms)
            case Epochs():
                return self._take_epochs(sender, content, now_ms)
            case Request():
                return self._answer(sender, content, now_ms)
            case Post():
                if claimed_post(content.post) in self.posts:
                    return []
                return self._take_post(read_post(content.post), sender, now_ms)

    def take_letter(self, letter: bytes, epoch: bytes, now_ms: int) -> list[Effect]:
        """Take a letter in that lay in the box of an epoch. Raises `Refused` for one that is no
        post of somebody who holds it; `KeyError` for an epoch that is not known."""
        known = self.epochs.get(epoch)
        if known is None:
            raise KeyError(epoch)
        if claimed_post(unseal_post(letter, known)) in self.posts:
            return []
        post = open_post(letter, known)
        return self._take_post(post, post.author, now_ms)

    def tick(self, now_ms: int, random: Random) -> list[Effect]:
        """Erase keys that are old enough, and ask some members for what was missed, when it is
        time. Who is out asks nobody: whoever adds him again sends him what he needs."""
        effects: list[Effect] = [ForgetEpoch(one) for one in self.epochs.erase(now_ms)]
        is_due = self.is_in and now_ms >= self._next_ask_ms
        return effects + self.catch_up(now_ms, random) if is_due else effects

    def catch_up(self, now_ms: int, random: Random, first: bytes | None = None) -> list[Effect]:
        """Ask some members for what was missed now, and `first` whoever else is asked."""
        self._next_ask_ms = now_ms + ASK_MS
        others = sorted(one for one in self.members if one not in (self.account, first))
        asked: list[bytes] = [self.account, *([] if first is None else [first])]
        while others and len(asked) <= ASKED_AT_ONCE:
            asked.append(others.pop(int.from_bytes(random(8), "big") % len(others)))
        return [Send((one,), self._request()) for one in asked]

    def restore(
        self,
        operations: Iterable[tuple[Operation, bytes]],
        epochs: Iterable[tuple[Epoch, bytes]],
        posts: Iterable[GroupPost],
    ) -> None:
        """Take in what was stored: operations with the grants of their devices, epochs with their
        givers, and posts, each in the order in which they were stored. Some may have been lost:
        what hangs on them waits, and is asked for."""
        for operation, grant in operations:
            self._grants.setdefault(operation.feed, grant)
            self.membership.take(operation)
        for epoch, giver in epochs:
            if all(self.membership.get(one) is not None for one in epoch.heads):
                self.epochs.put(epoch, giver)
        for post in posts:
            if post.id not in self.posts:
                self.posts.put(post)

    def go_on_from(self, before: Group) -> None:
        """Take over what is not stored from the same group as it was in memory: who was asked and
        answered when, and posts that wait for a key."""
        self._asked, self._answered = before._asked, before._answered
        self._next_ask_ms = before._next_ask_ms
        waiting = before._waiting.items()
        self._waiting = {name: one for name, one in waiting if name not in self.posts}

    # --- operations ----------------------------------------------------------------------------

    def _sign(
        self,
        device: KeyPair,
        grant: Grant,
        now_ms: int,
        kind: Kind,
        target: bytes,
        admin: bool = False,
        given: bytes | None = None,
    ) -> Operation:
        heads = self.membership.heads()[-MAX_PARENTS:]
        return sign_operation(
            *(device, self.id, grant.account, now_ms, heads, kind, target),
            admin=admin,
            given=given,
        )

    def _own(self, operation: Operation, grant: Grant, before: Sequence[bytes]) -> list[Effect]:
        """An own operation: taken in, kept, and sent to all who were in before it."""
        self._grants.setdefault(operation.feed, grant.wire)
        self.membership.take(operation)
        content = Operations(self.id, (grant.wire,), (operation.wire,))
        return [
            StoreOperation(operation, grant.wire),
            MembersChanged(self.id),
            Send(tuple(before), content),
        ]

    def _take_operations(
        self, sender: bytes, content: Invitation | Operations, now_ms: int
    ) -> list[Effect]:
        grants = {claim_of(wire).feed: wire for wire in content.grants}
        known: list[Operation] = []
        refused: Refused | None = None
        for wire in content.operations:
            try:
                if self.membership.knows([claimed_id(wire)]):
                    continue
                operation = read_operation(wire)
                self._note_grant(operation, grants)
                known += self.membership.take(operation).known
            except Refused as error:  # one bad one does not keep the others out
                refused = error
        effects: list[Effect] = [StoreOperation(one, self._grants[one.feed]) for one in known]
        if known:
            effects.append(MembersChanged(self.id))
            effects += self._retry(now_ms)
        if self.membership.waiting():
            effects += self._ask(sender, now_ms)
        if refused is not None and not known:
            raise refused
        return effects

    def _note_grant(self, operation: Operation, grants: dict[bytes, bytes]) -> None:
        """See to it that the device is the author's."""
        known = self._grants.get(operation.feed)
        wire = known or grants.get(operation.feed)
        if wire is None:
            raise NotGranted("an operation without the grant of its device")
        if known is not None and claim_of(known).account == operation.author:
            return
        grant_for(wire, operation.author, operation.feed)
        self._grants[operation.feed] = wire

    def _give_operations(self, account: bytes, operations: Sequence[Operation]) -> list[Effect]:
        """Send operations; with the create among them they come first, and invite."""
        contents: list[GroupContent] = [*batches(operations, self._grants)[:MAX_ANSWERS]]
        if operations and operations[0].kind == Kind.CREATE and isinstance(contents[0], Operations):
            first = contents[0]
            contents[0] = Invitation(first.group, first.grants, first.operations)
        return [Send((account,), one) for one in contents]

    # --- epochs --------------------------------------------------------------------------------

    def _new_epoch(self, now_ms: int, random: Random) -> tuple[Epoch, list[Effect]]:
        heads = self.membership.heads()[-MAX_PARENTS:]
        epoch = make_epoch(self.id, now_ms, heads, random(SECRET_SIZE))
        self.epochs.put(epoch, self.account)
        content = Epochs(self.id, (epoch.wire,))
        return epoch, [StoreEpoch(epoch, self.account), Send(tuple(self.members), content)]

    def _take_epochs(self, sender: bytes, content: Epochs, now_ms: int) -> list[Effect]:
        effects: list[Effect] = []
        for wire in content.epochs:
            epoch = read_epoch(wire)
            if epoch.group != self.id or epoch.time_ms > now_ms + AHEAD_MS:
                raise BadShape("an epoch of another group, or of the future")
            if self._is_giver(sender, epoch) and self.epochs.put(epoch, sender):
                effects.append(StoreEpoch(epoch, sender))
        if not effects:
            return []
        return effects + self._retry(now_ms) + self._ask_for_operations(sender, content, now_ms)

    def _is_giver(self, sender: bytes, epoch: Epoch) -> bool:
        """Whether an account may hand this key over, as far as that can be judged yet."""
        if sender in self.members or not self.membership.knows(epoch.heads):
            return True
        return sender in self.epochs.holders(epoch)

    def _ask_for_operations(self, sender: bytes, content: Epochs, now_ms: int) -> list[Effect]:
        heads = {head for wire in content.epochs for head in read_epoch(wire).heads}
        return [] if self.membership.knows(heads) else self._ask(sender, now_ms)

    def _give_epochs(self, account: bytes, epochs: Iterable[Epoch]) -> list[Effect]:
        """Hand over the keys that an account may have."""
        fits = [one for one in epochs if self.epochs.may_have(account, one)]
        return [Send((account,), one) for one in epoch_batches(self.id, fits)]

    # --- posts ---------------------------------------------------------------------------------

    def _take_post(self, post: GroupPost, sender: bytes, now_ms: int) -> list[Effect]:
        if post.group != self.id:
            raise BadShape("a post of another group")
        if post.id in self.posts:
            return []
        if self.charter.circle and post.author != self.membership.owner:
            raise NotGranted("in a circle only its owner writes")
        effects = self._judged(post)
        if effects is not None:
            return [*effects, *(self._ask(sender, now_ms) if self.posts.wanted() else [])]
        if len(self._waiting) >= MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[post.id] = post, sender
        return self._ask(sender, now_ms)

    def _judged(self, post: GroupPost) -> list[Effect] | None:
        """What becomes of a post: None where its author cannot be judged yet."""
        epoch = self.epochs.get(post.epoch)
        if epoch is None or not self.membership.knows(epoch.heads):
            return None
        if post.author not in self.epochs.holders(epoch):
            return None  # an add may be on its way; without one it is dropped in the end
        self.posts.put(post)
        before = self.membership.changes_beyond(epoch.heads, epoch.id)
        return [StorePost(ShownPost(post, before, post.author not in self.members))]

    def _retry(self, now_ms: int) -> list[Effect]:
        """Judge again what waited for an operation or an epoch."""
        effects: list[Effect] = []
        for post, _sender in list(self._waiting.values()):
            judged = self._judged(post)
            if judged is not None:
                del self._waiting[post.id]
                effects += judged
        return effects

    # --- asking and answering ------------------------------------------------------------------

    def _request(self) -> Request:
        lacking = {post.epoch for post, _sender in self._waiting.values()}
        wanted = sorted(one for one in lacking if self.epochs.get(one) is None)
        newest = self.epochs.all()[-MAX_IDS:]
        return Request(
            self.id,
            self.membership.heads()[-MAX_IDS:],
            tuple(sorted(one.id for one in newest)),
            self.posts.heads(),
            self.membership.waiting()[:MAX_IDS],
            tuple(wanted[:MAX_IDS]),
            self.posts.wanted(),
        )

    def _ask(self, account: bytes, now_ms: int) -> list[Effect]:
        """Ask one account, unless it was asked just now."""
        if account == self.account or self._was(self._asked, account, now_ms):
            return []
        return [Send((account,), self._request())]

    def _was(self, times: dict[bytes, int], account: bytes, now_ms: int) -> bool:
        """Whether this account had its turn within `ANSWER_MS`; else it has it now."""
        if now_ms - times.get(account, -ANSWER_MS) < ANSWER_MS:
            return True
        times.pop(account, None)
        times[account] = now_ms
        while len(times) > 2 * MAX_MEMBERS:
            del times[next(iter(times))]
        return False

    def _answer(self, sender: bytes, request: Request, now_ms: int) -> list[Effect]:
        if self._was(self._answered, sender, now_ms):
            return []
        if sender not in self.members:
            # Who was removed may know that, and what led to it; nothing that came later.
            return self._give_operations(sender, self.membership.up_to_removal(sender))
        lacking = self.membership.beyond(request.heads)
        effects = self._give_operations(sender, lacking)
        effects += self._give_epochs(sender, self._lacking_epochs(request, now_ms))
        posts = self._lacking_posts(sender, request)
        if posts:
            effects.append(GivePosts(sender, tuple(posts)))
        if self._is_behind(request):
            effects += self._ask(sender, now_ms)
        return effects

    def _lacking_epochs(self, request: Request, now_ms: int) -> list[Epoch]:
        """The epochs asked for, that to write in, and the newest, which the asker does not name."""
        usable = self.epochs.usable(now_ms)
        found: dict[bytes, Epoch] = {}
        asked = [self.epochs.get(one) for one in request.wanted_epochs]
        for epoch in [*asked, usable, *self.epochs.all()[-EPOCHS_A_LETTER:]]:
            if epoch is not None and epoch.id not in request.epochs:
                found[epoch.id] = epoch
        return list(found.values())

    def _lacking_posts(self, account: bytes, request: Request) -> list[bytes]:
        asked = [one for one in request.wanted_posts if one in self.posts]
        newer = self.posts.beyond(request.posts, MAX_ANSWERS)
        found = []
        for post in dict.fromkeys([*asked, *reversed(newer)]):
            epoch = self.epochs.get(self.posts.epoch_of(post))
            if epoch is not None and self.epochs.may_have(account, epoch):
                found.append(post)
        return found[:MAX_ANSWERS]

    def _is_behind(self, request: Request) -> bool:
        """Whether the asker knows something that is not known here."""
        if not self.membership.knows(request.heads):
            return True
        if any(one not in self.posts for one in request.posts):
            return True
        return any(self.epochs.get(one) is None for one in request.epochs)


def create_group(
    device: KeyPair, grant: Grant, now_ms: int, charter: Charter
) -> tuple[Group, list[Effect]]:
    """Begin a group, whose owner is the device's account. Raises `BadShape` for a charter that is
    none."""
    create = sign_create(device, grant.account, now_ms, charter)
    group = Group(grant.account, create, grant.wire)
    content = Invitation(group.id, (grant.wire,), (create.wire,))
    return group, [StoreOperation(create, grant.wire), Send((grant.account,), content)]


def invited_group(
    account: bytes, sender: bytes, content: Invitation, now_ms: int
) -> tuple[Group, list[Effect]]:
    """Begin a group from an invitation. Raises `Refused` for one that is not sound, or names this
    account nowhere."""
    create = read_operation(content.operations[0])
    if create.kind != Kind.CREATE or create.id != content.group:
        raise BadShape("an invitation begins with the create")
    wires = [wire for wire in content.grants if claim_of(wire).feed == create.feed]
    if not wires:
        raise NotGranted("an operation without the grant of its device")
    grant_for(wires[0], create.author, create.feed)
    group = Group(account, create, wires[0])
    effects: list[Effect] = [StoreOperation(create, wires[0])]
    if len(content.operations) > 1:
        rest = Operations(content.group, content.grants, content.operations[1:])
        effects += group.take(sender, rest, now_ms)
    return group, effects

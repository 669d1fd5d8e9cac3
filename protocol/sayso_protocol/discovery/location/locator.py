"""The locator: a node's part in finding accounts, as one state machine.

It keeps the routing table, decides what is due, does one task at a time, and says whom to send
what. Whoever drives it (sockets, or the simulator) dials, sends and comes back with what became of
it. See `location_tasks` for what it does, and `publication` for when.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from ...errors import Refused
from ...sync.now import Now
from ..kademlia.contact import Contact, Scope, reachable_from
from ..kademlia.kademlia_limits import (
    BUCKET_SIZE,
    FEW_CONTACTS,
    MAX_INTRODUCED,
    PROBE_MS,
    PROBES,
)
from ..kademlia.keyspace import place_of
from ..kademlia.lookup import Lookup
from ..kademlia.maintenance import Maintenance
from ..kademlia.messages import Message
from ..kademlia.routing_table import RoutingTable
from ..kademlia.server import Server
from .account_lookup import Accepts, AccountLookup
from .announcement import Announcement, days_read, record_key, seal
from .announcement_book import AnnouncementBook
from .announcement_limits import FRESH_MS
from .location_tasks import (
    AnnounceTask,
    CheckTask,
    FindTask,
    ProbeTask,
    Request,
    TableTask,
    Task,
)
from .publication import OwnPublication, Republication, Searches

_KINDS: Final = ("probe", "upkeep", "announce", "search", "check")
"""Kinds of tasks, in the order in which they come first: first the table, then what others rely
on."""


class Find(NamedTuple):
    """What a lookup of an account gave."""

    account: bytes
    told_by: dict[Announcement, set[bytes]]
    """Announcements, and the ids of the places that had them."""
    plain: list[Contact]
    """Peers that name themselves, without an announcement."""
    asked: int
    answered: int


class Own(NamedTuple):
    """What the own node announces: its account, and how the announcement is made (None where there
    is nothing to say at the time)."""

    account: bytes
    make: Callable[[Now], Announcement | None]


class Locator:
    """One node's. `seed` is any bytes, others for each node and start. `limited` is False only in
    controls of tests; `looks_after` is whether records of absent accounts are laid down anew."""

    def __init__(
        self,
        own_id: bytes,
        seed: bytes,
        now: Now,
        *,
        accepts: Accepts = lambda _: True,
        book: AnnouncementBook | None = None,
        limited: bool = True,
        looks_after: bool = True,
    ) -> None:
        self.table = RoutingTable(own_id, limited=limited)
        self.server = Server(self.table, limited=limited)
        self.book = book if book is not None else AnnouncementBook()
        self.own: Own | None = None
        self.publication = OwnPublication()
        self.counts: Counter[str] = Counter()
        """Tasks by kind, and requests by what became of them."""
        self._accepts = accepts
        self._limited = limited
        self._looks_after = looks_after
        self._maintenance = Maintenance(self.table, seed)
        self._republication = Republication(own_id, now.wall_ms)
        self._searches = Searches()
        self.serves_at: tuple[bytes, ...] = ()
        """Addresses at which this node answers requests, none for a client. They are told to
        whomever it asks."""
        self._task: Task | ProbeTask | None = None
        self._turns = list(_KINDS)
        """Kinds of tasks, first the one whose turn was longest ago."""
        self._probed_ms: int | None = None
        self._tries: Counter[bytes] = Counter()
        self._asked: deque[bytes] = deque()
        """Accounts that somebody waits for."""
        self._searched: bytes | None = None
        """The account that is looked up because it has too few sources."""
        self._days: list[int] = []
        """Days that the task at hand still has to look at."""
        self._finds: list[Find] = []

    # --- what it is told -----------------------------------------------------------------

    def met(self, contact: Contact) -> None:
        """A peer answered at an address that was dialled, and serves the table's protocol."""
        self.table.answered(contact, contact.networks)

    def _try_again(self, contact: Contact) -> None:
        """Where hardly anybody is known, one failure must not leave this node alone."""
        if len(self.table) < FEW_CONTACTS and self._tries[contact.id] < PROBES:
            if len(self._tries) > MAX_INTRODUCED:
                self._tries.clear()
            self._tries[contact.id] += 1
            self.heard_of(contact)

    def heard_of(self, contact: Contact) -> None:
        """A peer is connected at an address that was dialled, and may serve: it will be asked."""
        if contact.id not in self.table and len(self.server.introduced) < MAX_INTRODUCED:
            name = contact.networks[0] if contact.networks else contact.id.hex()
            self.server.introduced[name] = contact

    def abandon(self) -> None:
        """Whatever was sent comes back to nobody: begin with the next task."""
        self._task = self._searched = None

    def find(self, account: bytes) -> None:
        """Look an account up as soon as the task at hand is over."""
        if account not in self._asked:
            self._asked.append(account)

    def retain(self, accounts: Collection[bytes]) -> None:
        """These are followed from now on, and no others."""
        self.book.retain(accounts)
        self._searches.retain(accounts)

    def learn(self, announcement: Announcement, now: Now) -> bool:
        """Take in an announcement that a peer gave. True where it is new."""
        return self._accepts(announcement) and self.book.learn(announcement, now.wall_ms)

    # --- what it does --------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return self._task is None

    @property
    def has_asked(self) -> bool:
        """Whether somebody waits for an account to be looked up."""
        return bool(self._asked)

    def tick(
        self, now: Now, followed: Collection[bytes] = (), wanted: Iterable[bytes] = ()
    ) -> list[Request]:
        """What to send now. `followed` are the accounts that are followed, `wanted` those of them
        that have too few sources."""
        if self._task is None:
            self._task = self._due(now, followed, wanted)
        return self._advance(now)

    def answered(
        self, request: Request, data: bytes, at: bytes | None, scope: Scope, now: Now
    ) -> list[Request]:
        """A contact answered, at the address `at` if it was dialled for this; `scope` is where it
        is. Gives what to send next. What it says of addresses that cannot be reached from there is
        passed over, and so are its own that were not tried."""
        peer = request.contact.id
        try:
            message = Message.decode(data)
            if message.type is not request.message.type:
                return self.failed(request, now)
        except Refused as refusal:
            self.counts[refusal.code] += 1
            return self.failed(request, now)
        self.counts["answered"] += 1
        if at is not None:
            self.met(Contact(peer, (at,)))
        else:
            self.table.confirm(peer)
        closer = tuple(reachable_from(scope, message.closer))
        providers = tuple(reachable_from(scope, message.providers))
        told = Message(message.type, message.key, closer, providers, message.sealed)
        if self._task is not None:
            self._task.answered(peer, told)
        return self._advance(now)

    def failed(self, request: Request, now: Now) -> list[Request]:
        """A contact could not be reached, or did not answer properly."""
        self.counts["failed"] += 1
        self.table.failed(request.contact)
        if isinstance(self._task, ProbeTask):
            self._try_again(request.contact)
        if self._task is not None:
            if request.has_answer:
                self._task.failed(request.contact.id)
            else:
                self._task.sent(done=False)
        return self._advance(now)

    def sent(self, request: Request, now: Now) -> list[Request]:
        """A message that has no answer was sent."""
        self.counts["sent"] += 1
        if self._task is not None:
            self._task.sent(done=True)
        return self._advance(now)

    def take_finds(self) -> list[Find]:
        """What lookups of accounts gave since this was asked last."""
        finds, self._finds = self._finds, []
        return finds

    # --- tasks ---------------------------------------------------------------------------

    def _advance(self, now: Now) -> list[Request]:
        task = self._task
        if task is None:
            return []
        requests = [self._introduced(one) for one in task.next()]
        self.counts["requests"] += len(requests)
        if not requests and task.is_over:
            self._task = self._finish(task, now)
            return self._advance(now)
        return requests

    def _introduced(self, request: Request) -> Request:
        """A question, with where this node itself answers some."""
        if not (self.serves_at and request.has_answer):
            return request
        own = Contact(self.table.own_id, self.serves_at)
        return Request(request.contact, replace(request.message, closer=(own,)))

    def _due(
        self, now: Now, followed: Collection[bytes], wanted: Iterable[bytes]
    ) -> Task | ProbeTask | None:
        """The next task: what somebody waits for, else of all kinds that are due the one whose turn
        was longest ago. However often this node is asked what is due, no kind keeps others from
        their turn: else strangers who introduce themselves could keep it from being announced.
        """
        if self._asked and len(self.table):
            return self._find(self._asked.popleft(), now)
        kinds: dict[str, Callable[[], Task | ProbeTask | None]] = {
            "probe": lambda: self._probe(now),
            "upkeep": lambda: self._upkeep(now),
            "announce": lambda: self._announce(now),
            "search": lambda: self._search(wanted, now),
            "check": lambda: self._check(followed, now),
        }
        if not len(self.table):  # nobody is there to ask, unless a probe finds somebody
            self._give_up()
            return kinds["probe"]()
        for kind in self._turns:
            task = kinds[kind]()
            if task is not None:
                self._turns.remove(kind)
                self._turns.append(kind)
                return task
        return None

    def _probe(self, now: Now) -> ProbeTask | None:
        introduced = self.server.introduced
        just_now = self._probed_ms is not None and now.mono_ms - self._probed_ms < PROBE_MS
        if just_now or not introduced:
            return None
        contact = introduced.pop(next(iter(introduced)))
        if contact.id in self.table:
            return None
        self._probed_ms = now.mono_ms
        self.counts["probe"] += 1
        return ProbeTask(contact)

    def _upkeep(self, now: Now) -> Task | None:
        key = self._maintenance.due(now.mono_ms, serves=bool(self.serves_at))
        if key is None:
            return None
        self.counts["upkeep"] += 1
        return TableTask(self._lookup(key, now))

    def _give_up(self) -> None:
        """Nobody is there to ask."""
        while self._asked:
            self._finds.append(Find(self._asked.popleft(), {}, [], 0, 0))

    def _announce(self, now: Now) -> Task | None:
        day = self.publication.due(now.wall_ms) if self.own is not None else None
        if day is None or self.own is None:
            return None
        own = self.own
        self.counts["announce"] += 1
        lookup = self._lookup(record_key(own.account, day), now)
        return AnnounceTask(lookup, day, lambda: self._own_announcement(own, day, now))

    def _own_announcement(self, own: Own, day: int, now: Now) -> Announcement | None:
        """What to lay down; here too, since this node may be one of the nearest itself."""
        announcement = own.make(now)
        if announcement is not None:
            self._keep(announcement, day, now)
        return announcement

    def _keep(self, announcement: Announcement, day: int, now: Now) -> None:
        key, sealed = record_key(announcement.account, day), seal(announcement, day)
        self.server.records.add(key, sealed, self.table.own_id, (), now.mono_ms)

    def _search(self, wanted: Iterable[bytes], now: Now) -> Task | None:
        self._searched = self._searches.due(wanted, now.wall_ms)
        return None if self._searched is None else self._find(self._searched, now)

    def _find(self, account: bytes, now: Now) -> Task:
        self.counts["find"] += 1
        today, *self._days = days_read(now.wall_ms)
        return FindTask(self._account_lookup(account, today, now, now.wall_ms - FRESH_MS))

    def _check(self, followed: Collection[bytes], now: Now) -> Task | None:
        if not self._looks_after:
            return None
        found = self._republication.due(followed, self.book, now.wall_ms)
        if found is None:
            return None
        self.counts["check"] += 1
        account, day = found
        newest = self.book.newest(account, now.wall_ms)
        lookup = self._account_lookup(account, day, now, newest[0].time_ms)
        return CheckTask(lookup, lambda one: self._newest_after(one, now))

    def _newest_after(self, lookup: AccountLookup, now: Now) -> list[Announcement]:
        """The newest of each node, after what a lookup has found is known."""
        for announcement in lookup.told_by:
            self.book.learn(announcement, now.wall_ms)
        return self.book.newest(lookup.account, now.wall_ms)

    def _finish(self, task: Task | ProbeTask, now: Now) -> Task | None:
        """Note what came of a task; gives what follows from it at once."""
        if isinstance(task, AnnounceTask):
            self.publication.done(task.day, task.laid_down, now.wall_ms)
        elif isinstance(task, CheckTask):
            self.counts["laid down"] += task.laid_down > 0
            self._republication.done(task.found.account, task.found.day)
        elif isinstance(task, FindTask):
            return self._finish_find(task.found, now)
        return None

    def _finish_find(self, found: AccountLookup, now: Now) -> Task | None:
        for announcement in found.told_by:
            self.book.learn(announcement, now.wall_ms)
        lookup = found.lookup
        something = bool(found.told_by or found.plain)
        if not something and self._days:
            day = self._days.pop(0)
            return FindTask(self._account_lookup(found.account, day, now, now.wall_ms - FRESH_MS))
        if found.account == self._searched:  # what somebody asked for changes no turn
            self._searches.done(found.account, something, now.wall_ms)
            self._searched = None
        asked, answered = lookup.asked, lookup.answered_by
        self._finds.append(Find(found.account, found.told_by, found.plain, asked, answered))
        return None

    def _lookup(self, key: bytes, now: Now) -> Lookup:
        place = place_of(key)
        self.table.used(place, now.mono_ms)
        return Lookup(
            key,
            self.table.closest(place, BUCKET_SIZE),
            self.table.network_size(),
            self.table.own_id,
            limited=self._limited,
        )

    def _account_lookup(self, account: bytes, day: int, now: Now, since_ms: int) -> AccountLookup:
        key = record_key(account, day)
        found = AccountLookup(
            account, day, self._lookup(key, now), accepts=self._accepts, since_ms=since_ms
        )
        found.note(self.table.own_id, self.server.records.get(key, now.mono_ms)[1])
        return found

"""What strangers may do to a node, as values: a failing test prints the few acts that it takes.

People are named; entries are named by their place among all that the owner holds when the act
happens. `people` hold keys; peers, by whom things come, are just lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.node.support import Person

from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
    Label,
    Post,
    React,
    Reference,
    Repost,
    Unfollow,
    write_body,
)
from sayso_protocol.sync.wire.frames import Frame
from sayso_storage.interface.store import StoredEntry

WRITERS = ("ben", "mallory", "oscar", "lena", "zed", "eve")
EVERYBODY = (*WRITERS, "robin")
PEERS = ("one", "two", "three")


@dataclass(frozen=True)
class Scene:
    """Whom and what acts can name."""

    people: Mapping[str, Person]
    held: Sequence[StoredEntry]


@dataclass(frozen=True)
class About:
    """An entry that is held; `as_of` says that it is somebody else's."""

    entry: int
    as_of: str | None = None

    def reference(self, scene: Scene) -> Reference:
        found = scene.held[self.entry % len(scene.held)].reference
        if self.as_of is None:
            return found
        return Reference(scene.people[self.as_of].account, found.feed, found.seq, found.id)


# --- what they write --------------------------------------------------------------------------


@dataclass(frozen=True)
class Says:
    text: str
    reply: About | None = None
    quote: About | None = None
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def body(self, scene: Scene) -> bytes:
        reply = self.reply and self.reply.reference(scene)
        quote = self.quote and self.quote.reference(scene)
        named = tuple(scene.people[name].account for name in self.mentions)
        return write_body(Post(self.text, reply, reply, quote, named, self.tags))


@dataclass(frozen=True)
class Labels:
    name: str
    entries: tuple[About, ...] = ()
    accounts: tuple[str, ...] = ()
    off: bool = False

    def body(self, scene: Scene) -> bytes:
        on = tuple(one.reference(scene) for one in self.entries)
        of = tuple(scene.people[name].account for name in self.accounts)
        return write_body(Label(self.name, on, of, self.off))


@dataclass(frozen=True)
class On:
    """A reaction, or a repost."""

    about: About
    emoji: str | None = None
    repost: bool = False

    def body(self, scene: Scene) -> bytes:
        on = self.about.reference(scene)
        return write_body(Repost(on) if self.repost else React(on, self.emoji))


@dataclass(frozen=True)
class Whom:
    """A public follow or its end."""

    name: str
    ends: bool = False

    def body(self, scene: Scene) -> bytes:
        account = scene.people[self.name].account
        return write_body(Unfollow(account) if self.ends else Follow(account))


@dataclass(frozen=True)
class Known:
    """A profile, or a view that is offered."""

    what: KnownBody

    def body(self, _: Scene) -> bytes:
        return write_body(self.what)


@dataclass(frozen=True)
class Orders:
    """What later software, or somebody's hope, might take for an order."""

    kind: str
    text: str
    whom: str

    def body(self, scene: Scene) -> bytes:
        fields = {"kind": self.kind, "text": self.text, "action": "hide"}
        fields |= {"account": scene.people[self.whom].account}
        return encode(dict(sorted(fields.items())))


@dataclass(frozen=True)
class Junk:
    data: bytes

    def body(self, _: Scene) -> bytes:
        return self.data


Body = Says | Labels | On | Whom | Known | Orders | Junk

# --- what they do -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Writes:
    """Somebody signs entries; a peer brings them."""

    who: str
    bodies: tuple[Body, ...]
    by: str = PEERS[0]


@dataclass(frozen=True)
class Forks:
    """Somebody signs another entry with the number of the last; with `proof` the peer brings the
    proof of it too."""

    who: str
    proof: bool
    by: str = PEERS[0]


@dataclass(frozen=True)
class Forges:
    """A peer brings an entry that nobody signed: with another body, or another's signature."""

    who: str
    signed_by: str | None
    by: str = PEERS[0]


@dataclass(frozen=True)
class States:
    """`signer` says that a feed ends, the own one or `of` somebody, `back` entries before the
    last; or that the account has moved to the signer's next key."""

    signer: str
    of: str | None
    back: int
    rotates: bool
    by: str = PEERS[0]


@dataclass(frozen=True)
class Sends:
    """A peer says anything that is a frame."""

    frames: tuple[Frame, ...]
    by: str = PEERS[0]


@dataclass(frozen=True)
class Throws:
    """A peer sends anything at all."""

    data: bytes
    by: str = PEERS[0]


@dataclass(frozen=True)
class Waits:
    """Time passes; with `leaves` a peer is gone first."""

    seconds: int
    leaves: str | None = None


Act = Writes | Forks | Forges | States | Sends | Throws | Waits

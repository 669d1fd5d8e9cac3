"""What must hold of what members of a group send, whatever bytes stand for it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.vectors.cases import ACCOUNT, AT, FEED, STRANGER
from tests.vectors.make import load

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import encode
from sayso_protocol.errors import BadSignature
from sayso_protocol.private.groups.contents import read_content, write_content
from sayso_protocol.private.groups.effects import Send
from sayso_protocol.private.groups.epoch import read_epoch
from sayso_protocol.private.groups.group import Group, create_group
from sayso_protocol.private.groups.operation import DOMAIN, Charter, read_operation
from sayso_protocol.private.groups.post import DOMAIN as POST_DOMAIN
from sayso_protocol.private.groups.post import open_post, read_post

from .properties import ACCEPTED, repeats, verdict
from .signing import loosely

GRANT = sign_grant(ACCOUNT, FEED, bytes(32))


def _of(name: str) -> Iterator[bytes]:
    for case in load("groups"):
        if name in case:
            yield bytes.fromhex(case[name])


def operations() -> Iterator[bytes]:
    """Operations, sound and not."""
    return _of("operation")


def epochs() -> Iterator[bytes]:
    """Epochs, and letters with posts of one."""
    yield from _of("epoch")
    yield from _of("letter")


def posts() -> Iterator[bytes]:
    """Posts as they are signed."""
    return _of("post")


def contents() -> Iterator[bytes]:
    """All kinds of contents, as one who writes and invites sends them."""
    for _, sent in _busy():
        yield sent
    yield encode([1, "group-gossip", bytes(16), []])
    yield encode([1, "group-epochs", bytes(16), []])


def check_operation(data: bytes) -> str:
    """An operation, signed anew where that is all that is wrong."""
    said, one = verdict(read_operation, data)
    if said == BadSignature.code:
        data = _again(data, DOMAIN)
        said, one = verdict(read_operation, data)
    if said == ACCEPTED:
        assert one.wire == data
        assert one.parents == tuple(sorted(set(one.parents)))
    return said


def check_post(data: bytes) -> str:
    """A post, signed anew where that is all that is wrong."""
    said, one = verdict(read_post, data)
    if said == BadSignature.code:
        data = _again(data, POST_DOMAIN)
        said, one = verdict(read_post, data)
    if said == ACCEPTED:
        assert one.wire == data
    return said


def check_epoch(data: bytes) -> str:
    """An epoch; or a letter in the box of a sound one."""
    sound = read_epoch(next(_of("epoch")))
    said, _ = verdict(lambda data: open_post(data, sound), data)
    if said == ACCEPTED:
        return said
    return repeats(data, read_epoch, lambda epoch: epoch.wire)


def check_content(data: bytes) -> str:
    """A content is read or refused, and a group that gets it goes on."""
    said = repeats(data, read_content, write_content)
    if said == ACCEPTED:
        content = read_content(data)
        group, _ = next(_busy())
        members = dict(group.members)
        if content.group == group.id:
            verdict(lambda _: group.take(STRANGER.public, content, AT), data)
            assert group.members == members, "a stranger changed who is in"
            assert not group.posts.wanted()
    return said


def _busy() -> Iterator[tuple[Group, bytes]]:
    """A group, and each content that comes of what is done in it."""
    group, effects = create_group(FEED, GRANT, AT, Charter(bytes(16), "chess"))
    written = group.write(FEED, GRANT, AT, b"closed", lambda size: bytes(size))
    invited = group.invite(FEED, GRANT, AT, STRANGER.public)
    asked = group.tick(AT, lambda size: bytes(size))
    for effect in [*effects, *written, *invited, *asked]:
        if isinstance(effect, Send):
            yield group, write_content(effect.content)


def _again(data: bytes, domain: bytes) -> bytes:
    """The same, signed by the feed of the vectors."""
    outer = loosely(data)
    signature = FEED.sign(domain, outer[0])
    return encode([outer[0], signature, *outer[2:]])

"""Section 22. `operation`, `epoch` and `post` are such as they travel, and read as `read`. With
`letter`, the post of the epoch lies in it. With `feed`, the seed of the box is that of the device.
`operations` are of one group, in an order in which parents come first, `in` who is in after them
and whether as an admin; those whose numbers stand in `void` are refused. With `rule` it is refused
for it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import KeyPair

from ..cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case
from .points import SMALL_ORDER

DOMAIN = b"sayso/1/group\0"
POST_DOMAIN = b"sayso/1/group post\0"
GRANT = sign_grant(ACCOUNT, FEED, bytes(32)).wire
SALT = bytes(range(16))
KEY = bytes(range(32))
PEOPLE = [KeyPair.from_seed(bytes([40 + n]) * 32) for n in range(5)]


def make() -> list[Case]:
    """Sound ones of each kind, each rule broken, and who is in after some histories."""
    return [*_operations(), *_epochs(), *_posts(), *_members()]


def signed(fields: list[Any], device: KeyPair = FEED, domain: bytes = DOMAIN) -> bytes:
    """An operation of any content, properly signed."""
    data = encode(fields)
    return encode([data, device.sign(domain, data)])


def name_of(wire_parts: bytes, person: bytes = b"sayso group op 1") -> bytes:
    """The id of what was signed: its bytes and signature one after the other."""
    return blake2b(wire_parts, digest_size=16, person=person).digest()


def created(**changes: Any) -> list[Any]:
    """The fields of a create."""
    fields = {
        "version": 1,
        "type": "group",
        "group": None,
        "author": ACCOUNT.public,
        "feed": FEED.public,
        "time": AT,
        "parents": [],
        "kind": "create",
        "target": ACCOUNT.public,
        "admin": True,
        "given": [SALT, "chess", False, False],
    }
    return list((fields | changes).values())


def id_of(fields: list[Any], device: KeyPair = FEED) -> bytes:
    """The id of these fields, signed."""
    data = encode(fields)
    return name_of(data + device.sign(DOMAIN, data))


GROUP = id_of(created())


def added(**changes: Any) -> list[Any]:
    """The fields of an add."""
    return created(
        **{
            "group": GROUP,
            "parents": [GROUP],
            "kind": "add",
            "target": STRANGER.public,
            "admin": False,
            "given": None,
        }
        | changes
    )


def _operations() -> list[Case]:
    gone = {"admin": False, "given": None}
    sound: dict[str, list[Any]] = {
        "a create": created(),
        "a create of a forgetting circle": created(given=[SALT, "Büro", True, True]),
        "an add": added(),
        "an add of an admin": added(admin=True),
        "an add that gives an epoch": added(given=SALT),
        "an add of oneself": added(target=ACCOUNT.public),
        "a remove": added(kind="remove"),
        "a leave": added(kind="leave", target=ACCOUNT.public),
        "two parents": added(parents=sorted([GROUP, SALT])),
    }
    bad: dict[str, tuple[list[Any], str]] = {
        "version 2": (created(version=2), "unknown-version"),
        "another type": (created(type="groups"), "bad-shape"),
        "a field too few": (created()[:-1], "bad-shape"),
        "no kind": (added(kind="mute"), "bad-shape"),
        "a create with a parent": (created(parents=[SALT]), "bad-shape"),
        "a create of a named group": (created(group=GROUP), "bad-shape"),
        "a create that makes no admin": (created(admin=False), "bad-shape"),
        "a create for somebody else": (created(target=STRANGER.public), "bad-shape"),
        "a create without a charter": (created(given=None), "bad-shape"),
        "a create without a name": (created(given=[SALT, "", False, False]), "bad-shape"),
        "a name of two lines": (created(given=[SALT, "a\nb", False, False]), "bad-shape"),
        "a name that is too long": (created(given=[SALT, "a" * 65, False, False]), "bad-shape"),
        "a short salt": (created(given=[SALT[1:], "a", False, False]), "bad-shape"),
        "a mode that is a number": (created(given=[SALT, "a", 0, False]), "bad-shape"),
        "an add without parents": (added(parents=[]), "bad-shape"),
        "an add of no group": (added(group=None), "bad-shape"),
        "parents out of order": (added(parents=[bytes([2]) * 16, bytes([1]) * 16]), "bad-shape"),
        "a parent twice": (added(parents=[GROUP, GROUP]), "bad-shape"),
        "33 parents": (added(parents=[bytes([n]) * 16 for n in range(33)]), "bad-shape"),
        "a parent that is too short": (added(parents=[GROUP[1:]]), "bad-shape"),
        "a time below 0": (added(time=-1), "bad-shape"),
        "a target that is no key": (added(target=SMALL_ORDER[0]), "bad-key"),
        "a short target": (added(target=STRANGER.public[1:]), "bad-shape"),
        "an admin that is a number": (added(admin=1), "bad-shape"),
        "a short epoch": (added(given=SALT[1:]), "bad-shape"),
        "a remove of oneself": (
            added(kind="remove", target=ACCOUNT.public, **gone),
            "bad-shape",
        ),
        "a remove that gives": (added(kind="remove", given=SALT), "bad-shape"),
        "a remove that makes an admin": (added(kind="remove", admin=True), "bad-shape"),
        "a leave of somebody else": (added(kind="leave"), "bad-shape"),
    }
    cases: list[Case] = []
    for name, fields in sound.items():
        read = {"id": id_of(fields), "kind": fields[7], "target": fields[8], "admin": fields[9]}
        read["group"] = fields[2] or id_of(fields)
        cases.append({"name": name, "operation": signed(fields), "read": read})
    cases += [
        {"name": name, "operation": signed(fields), "rule": rule}
        for name, (fields, rule) in bad.items()
    ]
    for name, wire in {
        "an operation signed by another": signed(created(), STRANGER),
        "an operation in the domain of posts": signed(created(), FEED, POST_DOMAIN),
    }.items():
        cases.append({"name": name, "operation": wire, "rule": "bad-signature"})
    long = {"name": "an operation that is too long", "operation": bytes(1025), "rule": "too-large"}
    return [*cases, long]


def _epochs() -> list[Case]:
    sound = [1, GROUP, AT, [GROUP], KEY]
    bad: dict[str, tuple[list[Any], str]] = {
        "an epoch of version 2": ([2, *sound[1:]], "unknown-version"),
        "an epoch with a field too many": ([*sound, 0], "bad-shape"),
        "an epoch of no group": ([1, None, *sound[2:]], "bad-shape"),
        "an epoch without heads": ([1, GROUP, AT, [], KEY], "bad-shape"),
        "an epoch with a short key": ([1, GROUP, AT, [GROUP], KEY[1:]], "bad-shape"),
        "an epoch at no time": ([1, GROUP, -1, [GROUP], KEY], "bad-shape"),
    }
    name = name_of(encode(sound), b"sayso epoch 1")
    post_key = blake2b(GROUP, key=KEY, digest_size=32, person=b"sayso gr post 1").digest()
    day = (19_675).to_bytes(8, "big")
    box = blake2b(day, key=KEY, digest_size=32, person=b"sayso gr box 1").digest()
    read = {"id": name, "post_key": post_key, "box": box}
    own = blake2b(FEED.public, key=box, digest_size=32, person=b"sayso gr dev 1").digest()
    device = {"epoch": encode(sound), "day": 19_675, "feed": FEED.public}
    return [
        {"name": "an epoch", "epoch": encode(sound), "day": 19_675, "read": read},
        {"name": "the box of a device"} | device | {"read": read | {"box": own}},
        *(
            {"name": name, "epoch": encode(fields), "rule": rule}
            for name, (fields, rule) in bad.items()
        ),
    ]


EPOCH = encode([1, GROUP, AT, [GROUP], KEY])
EPOCH_ID = name_of(EPOCH, b"sayso epoch 1")


def _posted(**changes: Any) -> list[Any]:
    fields = {
        "version": 1,
        "type": "group post",
        "group": GROUP,
        "epoch": EPOCH_ID,
        "author": ACCOUNT.public,
        "feed": FEED.public,
        "time": AT,
        "parents": [],
        "body": b"closed",
    }
    return list((fields | changes).values())


def _post_wire(fields: list[Any], device: KeyPair = FEED, grant: bytes = GRANT) -> bytes:
    data = encode(fields)
    return encode([data, device.sign(POST_DOMAIN, data), grant])


def _letter(plain: bytes, size: int) -> bytes:
    nonce = bytes(range(24))
    key = blake2b(GROUP, key=KEY, digest_size=32, person=b"sayso gr post 1").digest()
    plain = plain + bytes(size - 40 - len(plain))
    sealed: bytes = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, EPOCH_ID, nonce, key)
    return nonce + sealed


def _posts() -> list[Case]:
    data = encode(_posted())
    name = name_of(data + FEED.sign(POST_DOMAIN, data), b"sayso gr post id")
    wire = _post_wire(_posted())
    sized = len(wire).to_bytes(4, "big") + wire
    other = _post_wire(_posted(epoch=SALT))
    foreign = len(other).to_bytes(4, "big") + other
    letter = _letter(sized, 512)
    read = {"id": name, "author": ACCOUNT.public, "body": b"closed"}
    bad: dict[str, tuple[bytes, str]] = {
        "a post of version 2": (_post_wire(_posted(version=2)), "unknown-version"),
        "a post without a body": (_post_wire(_posted(body=None)), "bad-shape"),
        "a post of no epoch": (_post_wire(_posted(epoch=None)), "bad-shape"),
        "a post signed by another": (_post_wire(_posted(), STRANGER), "bad-signature"),
        "a post of somebody else's device": (
            _post_wire(_posted(author=NEXT.public)),
            "not-granted",
        ),
    }
    letters: dict[str, tuple[bytes, str]] = {
        "a letter whose post names another epoch": (_letter(foreign, 512), "bad-shape"),
        "a letter of another size": (_letter(sized, 511), "bad-shape"),
        "a letter with something behind the post": (_letter(sized + b"\1", 512), "bad-shape"),
        "a letter whose post is cut off": (_letter(b"\0\0\xff\xff" + wire, 512), "bad-shape"),
        "a spoilt letter": (letter[:-1] + bytes([letter[-1] ^ 1]), "bad-signature"),
    }
    return [
        {"name": "a post", "post": wire, "read": read},
        {"name": "a letter", "letter": letter, "epoch": EPOCH, "read": read},
        *({"name": name, "post": data, "rule": rule} for name, (data, rule) in bad.items()),
        *(
            {"name": name, "letter": data, "epoch": EPOCH, "rule": rule}
            for name, (data, rule) in letters.items()
        ),
    ]


class _History:
    """Operations of some people, each with one device that is the account's key itself."""

    def __init__(self) -> None:
        self.wires: list[bytes] = []
        self.ids: list[bytes] = []
        owner = PEOPLE[0].public
        self._put(0, created(author=owner, feed=owner, target=owner))
        self.group = self.ids[0]

    def do(self, who: int, kind: str, target: int, above: list[int], admin: bool = False) -> int:
        """An operation upon those with these numbers; its own number."""
        key = PEOPLE[who].public
        parents = sorted(self.ids[one] for one in above)
        fields = added(author=key, feed=key, target=PEOPLE[target].public, admin=admin)
        fields[2], fields[6], fields[7] = self.group, parents, kind
        return self._put(who, fields)

    def _put(self, who: int, fields: list[Any]) -> int:
        self.wires.append(signed(fields, PEOPLE[who]))
        self.ids.append(id_of(fields, PEOPLE[who]))
        return len(self.ids) - 1

    def case(self, name: str, inside: dict[int, bool], void: tuple[int, ...] = ()) -> Case:
        members = sorted([PEOPLE[one].public, admin] for one, admin in inside.items())
        return {"name": name, "operations": self.wires, "void": list(void), "in": members}


def _begun() -> tuple[_History, int]:
    """Owner 0, admins 1 and 2, member 3; the number of the last."""
    history = _History()
    last = 0
    for one in (1, 2, 3):
        last = history.do(0, "add", one, [last], admin=one < 3)
    return history, last


def _members() -> list[Case]:
    cases: list[Case] = []
    history, last = _begun()
    cases.append(history.case("adds", {0: True, 1: True, 2: True, 3: False}))
    history, last = _begun()
    history.do(1, "remove", 2, [last])
    history.do(2, "remove", 1, [last])
    cases.append(history.case("who remove each other are out", {0: True, 3: False}))
    history, last = _begun()
    history.do(0, "remove", 1, [last])
    first = history.do(1, "add", 4, [last], admin=True)
    history.do(4, "remove", 2, [first])
    inside = {0: True, 3: False}
    cases.append(history.case("adds of the removed do not count, removals do", inside))
    history, last = _begun()
    history.do(1, "leave", 1, [last])
    history.do(1, "add", 4, [last])
    inside = {0: True, 2: True, 3: False, 4: False}
    cases.append(history.case("a leave strikes nothing", inside))
    history, last = _begun()
    gone = history.do(1, "remove", 3, [last])
    history.do(1, "add", 3, [gone])
    history.do(2, "remove", 3, [last])
    cases.append(history.case("a removal beats an add beside it", {0: True, 1: True, 2: True}))
    history, last = _begun()
    gone = history.do(1, "remove", 3, [last])
    history.do(1, "add", 3, [gone], admin=True)
    again = {0: True, 1: True, 2: True, 3: True}
    cases.append(history.case("added again, as an admin", again))
    history, last = _begun()
    bad = [history.do(3, "add", 4, [last]), history.do(1, "remove", 0, [last])]
    bad += [history.do(4, "leave", 4, [last]), history.do(0, "add", 4, [bad[0]])]
    inside = {0: True, 1: True, 2: True, 3: False}
    cases.append(history.case("what may not be, and what hangs on it", inside, tuple(bad)))
    return cases

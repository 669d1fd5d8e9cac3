"""What closed groups cost a running node: keys and posts of a large group as letters.

    python -m benchmarks.group_letters [--members 500] [--devices 2]

Prints one JSON object, in processor seconds of the sender, whose store and letters are on the disk:
`first` for calling all devices with the first key of the group and its first post, `epoch` for a
further key and post once they are called, `post` for a post alone, each up to the sealed letters
that wait for carriers; `carried` for the carriers' word that they have all of these; `quiet` for a
look when nothing waits. Beside each, the number of letters.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from nacl.public import PrivateKey

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.clock import now_ms
from sayso_node.daemon.letters.owner_letters import OwnerLetters
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.letters.letter_source import LetterReport
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_records import put_operation, raise_revision
from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.content.body import Open, Prekey, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub.carried_account import BY_OWNER
from sayso_protocol.feed.run import sign_run
from sayso_protocol.letters.letter_frames import LetterState
from sayso_protocol.private.groups.effects import StoreOperation
from sayso_protocol.private.groups.operation import Charter, Kind, sign_create, sign_operation
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

MOST = 1 << 20


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--members", type=int, default=500)
    options.add_argument("--devices", type=int, default=2)
    args = options.parse_args()
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        create_account(home, "Ann", None)
        with open_home(home) as store:
            feed = read_keystore(home.keys).feed
            records = open_letters(home, feed.seed)
            own = store.own_feed()
            assert own is not None
            found = {"members": args.members, "devices": args.devices}
            others = [*people(store, args.members - 1, args.devices)]
            group = begin(records, feed, own.grant, others)
            book = GroupBook(records, feed, own.grant)
            publish = Author(home, store).publish
            letters = OwnerLetters(home, store, records, (feed, own.grant), publish)
            letters.waiting(MOST)
            print(json.dumps(found | measure(letters, book, group, others)))
            records.close()


def people(store: Store, count: int, devices: int) -> Iterator[bytes]:
    """Accounts whose devices publish keys for letters, carried in a store."""
    for number in range(count):
        account = key_of(b"account", number)
        store.carry(account.public, BY_OWNER, "", "", now_ms())
        for device in range(devices):
            feed = key_of(b"device", number * devices + device)
            grant = sign_grant(account, feed, bytes(32))
            identity, week = (bytes(PrivateKey.generate().public_key) for _ in range(2))
            bodies = [write_body(one) for one in (Open(grant.wire), Prekey(identity, week, 1))]
            store.add_grant(grant)
            store.append([sign_run(feed, 1, None, [now_ms()] * 2, bodies)], now_ms())
        yield account.public


def begin(records: SealedRecords, feed: KeyPair, grant: Grant, others: list[bytes]) -> bytes:
    """A group of all of these as its owner has it once all know who is in."""
    create = sign_create(feed, grant.account, now_ms(), Charter(bytes(16), "many"))
    made, rest = [create], list(others)
    while rest:
        named = [made[-1].id]
        made.append(
            sign_operation(feed, create.id, grant.account, now_ms(), named, Kind.ADD, rest.pop())
        )
    with records.writing():
        for one in made:
            put_operation(records, StoreOperation(one, grant.wire))
        raise_revision(records)
    return create.id


def measure(
    letters: OwnerLetters, book: GroupBook, group: bytes, others: list[bytes]
) -> dict[str, object]:
    found: dict[str, object] = {}

    def timed(name: str) -> list[LetterReport]:
        began = time.process_time()
        waiting = letters.waiting(MOST)
        found[name] = round(time.process_time() - began, 3)
        found[f"{name}_letters"] = len(waiting)
        return [LetterReport(one.id, LetterState.CARRIED) for one in waiting]

    def report(said: list[LetterReport]) -> float:
        began = time.process_time()
        letters.report(said)
        return round(time.process_time() - began, 3)

    book.write(group, now_ms(), os.urandom(280))
    found["first_carried"] = report(timed("first"))
    book.remove(group, now_ms(), others[-1])  # so that there must be another key
    report(timed("removal"))
    book.write(group, now_ms(), os.urandom(280))
    found["epoch_carried"] = report(timed("epoch"))
    book.write(group, now_ms(), os.urandom(280))
    found["carried"] = report(timed("post"))
    timed("quiet")
    return found


def key_of(use: bytes, number: int) -> KeyPair:
    data = use + number.to_bytes(4, "big")
    return KeyPair.from_seed(blake2b(data, digest_size=32).digest())


if __name__ == "__main__":
    main()

"""Live posts: about once to each node, whatever the links, and healed when one goes."""

from __future__ import annotations

import trio
from tests.budget import long

from sayso_node.sync.engine import Engine

from ..support import Person, in_sync, join, running, until


class Counting(Engine):
    """Counts the live runs that it pushes."""

    pushed = 0

    def _push(self, names, run, **options) -> None:
        self.pushed += len(names)
        super()._push(names, run, **options)


def engine(person: Person) -> Counting:
    return Counting(person.store, person.name, "test/1", lambda _: None)


async def everybody_knows(people: list[Person], author: Person, count: int) -> None:
    await until(lambda: all(p.held_of(author) == count for p in people if p is not author))


async def full_mesh(nursery: trio.Nursery, engines: list[Counting]) -> None:
    for at, one in enumerate(engines):
        for other in engines[at + 1 :]:
            join(nursery, one, other)
    for at, one in enumerate(engines):
        for other in engines[at + 1 :]:
            await in_sync(one, other)


def village(size: int) -> list[Person]:
    people = [Person(f"person {n}") for n in range(size)]
    for person in people[1:]:
        person.follow(people[0])
    return people


@long
async def test_a_mesh_becomes_a_tree() -> None:
    people = village(6)
    author = people[0]
    engines = [engine(person) for person in people]
    async with running(*engines) as nursery:
        await full_mesh(nursery, engines)
        for n in range(10):
            author.post(f"warming up {n}")
            await engines[0].refresh_own()
            await everybody_knows(people, author, n + 2)
        for one in engines:
            one.pushed = 0
        for n in range(20):
            author.post(f"steady {n}")
            await engines[0].refresh_own()
            await everybody_knows(people, author, n + 12)
    # Five nodes have to hear of each of twenty posts; a mesh would push some 25 a post.
    assert sum(one.pushed for one in engines) <= 20 * 5 * 1.2


async def test_the_tree_heals_when_a_node_goes() -> None:
    people = village(5)
    author = people[0]
    engines = [engine(person) for person in people]
    async with running(*engines) as nursery:
        # The author is known to the first two only; the others hear through them.
        for here, there in [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (1, 4), (2, 4), (3, 4)]:
            join(nursery, engines[here], engines[there])
        for n in range(10):
            author.post(f"before {n}")
            await engines[0].refresh_own()
            await everybody_knows(people, author, n + 2)
        for session in list(engines[1].sessions.values()):
            session.scope.cancel()
        rest = [person for person in people if person is not people[1]]
        for n in range(10):
            author.post(f"after {n}")
            await engines[0].refresh_own()
            await everybody_knows(rest, author, n + 12)


async def test_a_peer_that_does_not_read_holds_up_nobody_else() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    for reader in (ben, cid):
        reader.follow(ann)
    one, two, three = engine(ann), engine(ben), engine(cid)
    stop = trio.Event()

    def stuck(stream):
        inner = stream.send_stream.send_all_hook

        async def hook() -> None:
            if stop.is_set():
                await trio.sleep_forever()
            elif inner is not None:
                await inner()

        stream.send_stream.send_all_hook = hook
        return stream

    async with running(one, two, three) as nursery:
        join(nursery, one, two, stuck)
        join(nursery, three, one)
        await in_sync(one, two)
        await in_sync(three, one)
        stop.set()
        for _ in range(100):
            ann.post("x" * 15_000)
            await one.refresh_own()
        await everybody_knows([cid], ann, 101)
        (session,) = [s for s in one.sessions.values() if s.link.peer_id == "ben"]
        assert session.send_queue.waiting_bytes < 1 << 20

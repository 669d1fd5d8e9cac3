"""Made-up posts of a troll farm, of strangers and of a crowd at an event.

Words are drawn from syllables, so that no text is anybody's. The same seed gives the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sayso_protocol.coordination.observation import Act, Observation

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
START = 1_700_000_000_000
SYLLABLES = [first + second for first in "bdfgklmnprst" for second in ("a", "e", "i", "o", "un")]


@dataclass(frozen=True)
class MadeUp:
    """A post, whose account and id are texts."""

    author: str
    id: str
    time_ms: int
    text: str
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    reposts: str | None = None
    seen_ms: int | None = None

    def observation(self) -> Observation:
        seen = self.time_ms if self.seen_ms is None else self.seen_ms
        act = Act(self.author.encode(), self.id.encode(), self.time_ms, seen)
        passed_on = () if self.reposts is None else (self.reposts.encode(),)
        return Observation(act, self.text, self.tags, self.links, passed_on)


def words(chance: random.Random, count: int) -> str:
    """A sentence of words that nobody uses."""
    return " ".join(
        "".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(count)
    )


def strangers(accounts: int, posts: int, seed: int = 1) -> list[MadeUp]:
    """People who have nothing to do with each other: own words, a tag that many use, now and
    then a repost of what many repost; over 30 days."""
    chance = random.Random(seed)
    made = []
    for number in range(accounts):
        for turn in range(posts):
            at = START + chance.randrange(30 * DAY)
            tags = (f"popular{chance.randrange(20)}",) if chance.random() < 0.3 else ()
            one = MadeUp(f"person{number}", f"p{number}-{turn}", at, words(chance, 12), tags)
            if chance.random() < 0.3:
                one = replace(
                    one, text="", tags=(), reposts=f"famous{int(300 * chance.random() ** 2)}"
                )
            made.append(one)
    return made


def farm(accounts: int, tasks: int, seed: int = 2) -> list[MadeUp]:
    """Accounts that post a given text with a word changed within nine minutes, again and again,
    and as often something of their own."""
    chance = random.Random(seed)
    made = []
    for task in range(tasks):
        given, at = words(chance, 12), START + chance.randrange(20 * DAY)
        for number in chance.sample(range(accounts), accounts):
            text = given.replace(" ", f" {words(chance, 1)} ", 1)
            when = at + chance.randrange(9 * MINUTE)
            made.append(MadeUp(f"troll{number}", f"t{number}-{task}", when, text))
            own = START + chance.randrange(30 * DAY)
            made.append(MadeUp(f"troll{number}", f"o{number}-{task}", own, words(chance, 12)))
    return made


def crowd(people: int, seed: int = 3) -> list[MadeUp]:
    """One hour of an event: a few posts of each, the same two tags, ten chants and own words."""
    chance = random.Random(seed)
    chants = [words(chance, 9) for _ in range(10)]
    made = []
    for number in range(people):
        for turn in range(chance.choice((1, 1, 1, 2, 5, 20))):
            text = chance.choice(chants) if chance.random() < 0.3 else words(chance, 8)
            at = START + chance.randrange(60 * MINUTE)
            tags = ("event", "final")[: chance.randint(0, 2)]
            made.append(MadeUp(f"fan{number}", f"f{number}-{turn}", at, text, tags))
    return made


def fans(people: int, chance_each: float, delay: int = 60, seed: int = 4) -> list[MadeUp]:
    """People who follow the same five accounts for 30 days and pass on what they like of it when
    they get to read it, half of it within `delay` minutes, and twice a day something else."""
    chance = random.Random(seed)
    made = []
    for number in range(5 * 5 * 30):
        at = START + number // 25 * DAY + chance.randrange(DAY)
        for who in range(people):
            if chance.random() < chance_each:
                when = at + round(delay * MINUTE * chance.lognormvariate(0, 1.3))
                made.append(MadeUp(f"fan{who}", f"l{who}-{number}", when, "", reposts=f"s{number}"))
    for who in range(people):
        for turn in range(60):
            when = START + chance.randrange(30 * DAY)
            one = MadeUp(f"fan{who}", f"a{who}-{turn}", when, "", reposts=f"own{who}-{turn}")
            made.append(one)
    return made


def readers(of: Iterable[MadeUp], people: int, chance_each: float, seed: int = 6) -> list[MadeUp]:
    """People who each follow three of the given accounts and pass on what they like of theirs,
    half of it within half an hour; as often something else."""
    chance = random.Random(seed)
    given = sorted((one for one in of if one.reposts), key=lambda post: post.time_ms)
    names = sorted({one.author for one in given})
    made = []
    for who in range(people):
        followed, seen = chance.sample(names, 3), set[str | None]()
        for turn, one in enumerate(given):
            if one.author in followed and one.reposts not in seen:
                seen.add(one.reposts)
                if chance.random() < chance_each:
                    when = one.time_ms + round(30 * MINUTE * chance.lognormvariate(0, 1.3))
                    name, item = f"reader{who}", f"own{who}-{turn}"
                    made.append(MadeUp(name, f"r{who}-{turn}", when, "", reposts=one.reposts))
                    other = START + chance.randrange(30 * DAY)
                    made.append(MadeUp(name, f"{item}-r", other, "", reposts=item))
    return made


def in_order(posts: Iterable[MadeUp]) -> list[MadeUp]:
    return sorted(posts, key=lambda post: (post.time_ms, post.id))


def write_lines(path: Path, posts: Iterable[MadeUp]) -> Path:
    """A file as `benchmarks/propaganda.py` reads it."""
    with path.open("w", encoding="utf-8") as file:
        for post in posts:
            file.write(json.dumps(_line(post)) + "\n")
    return path


def _line(post: MadeUp) -> dict[str, object]:
    text = " ".join([post.reposts or post.text, *(f"#{tag}" for tag in post.tags)])
    when = datetime.fromtimestamp(post.time_ms / 1000, UTC).isoformat()
    line: dict[str, object] = {"id": post.id, "author": post.author, "ts": when, "text": text}
    return line | ({"repost_of": post.reposts} if post.reposts else {})

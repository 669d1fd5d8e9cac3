"""What the detector of coordinated amplification finds, what it misses and whom it wrongs.

    python benchmarks/propaganda.py --propaganda F --control F [--crowd F]... [--threshold 500]

Files are JSON lines, gzipped or not, of posts: `id`, `author`, `ts` (RFC 3339; UTC where no zone
is given), `text`, and where known `urls`, `lang` or `acct_lang`, `repost_of` or `post_type`.
Prints one JSON object:

- `precision` and `recall` by account, of accounts with `at_least` posts, at `threshold`
  (permille), and `curve` at other thresholds: English posts only, propaganda and control in one
  stream, as a node would see them;
- `originals` and `reposts`: the same of each alone; `all_languages`: of all posts;
- `halves`: with `--halves N`, the same in `2 N` random halves of all accounts;
- `first_sync`: the same where they come feed after feed, the newest post first;
- `parts`: with `--split`, parts of the posts that are held out: each group of accounts (`type` in
  the file), earlier and later posts, random parts of 25, 50 and 75 % of the accounts. The
  constants of `GRID` and the threshold are `chosen` on the rest, for the highest recall at a
  precision of 0.97, and measured on the part (`held_out`); `shipped` are those of `limits.py`
  on the same part. Of all posts, originals alone and reposts alone;
- `shifted`: the same where each account's times are moved by weeks of its own, so that whatever
  is left does not come from acting in step;
- `crowds`: of each, how many accounts are flagged, in a stream of its own;
- `accounts`: each account's score and its evidence: signal, entries and times on both sides.
  Texts only with `--texts`. `posts_a_minute` and `peak_bytes` are of one process.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median_low
from typing import Any

from sayso_protocol.coordination.detector import Detector
from sayso_protocol.coordination.findings import Finding
from sayso_protocol.coordination.observation import Act, Coincidence, Observation
from sayso_protocol.coordination.scores import permille, total

CURVE = (334, 429, 500, 556, 600, 667, 715, 750, 800, 850, 900)
ENGLISH = ("en", "English")
LATE = 4_000_000_000_000
"""Arrival of what comes long after, in Unix milliseconds."""

SHIFTS = 520
"""Weeks by which accounts are moved at most."""

GRID = {"KINSHIP_MILLIBITS": (3_000, 2_000, 1_000), "LINKED_MILLIBITS": (14_000, 8_000)}
"""What `--split` chooses from, besides the thresholds of `CURVE`: the cautious first."""

LEAST_PRECISION = 0.97
"""Of what it chooses."""

GROUP = 5
"""Accounts that make a group worth measuring."""

_LINK = re.compile(r"https?://[!-~]+")
_TAG = re.compile(r"#(\w+)")
_PASSED_ON = re.compile(r"RT @\w+:? ?")

Evidence = dict[str, list[Coincidence]]


def main() -> None:
    options = parser().parse_args()
    propaganda = list(read(options.propaganda, "propaganda"))
    control = list(read(options.control, "control"))
    both = [one for one in propaganda + control if options.since <= one.time_ms < options.until]
    english = [post for post in both if post.english]
    kinds = {
        "all": english,
        "originals": [post for post in english if not post.repost],
        "reposts": [post for post in english if post.repost],
    }
    began = time.process_time()
    detector = fed(english)
    evidence = named(detector)
    took = time.process_time() - began
    measure = Measure(options.threshold, options.at_least)
    result: dict[str, Any] = {
        "threshold": options.threshold,
        "at_least": options.at_least,
        **measure(english, evidence),
        "originals": of(measure, kinds["originals"]),
        "reposts": of(measure, kinds["reposts"]),
        "all_languages": of(measure, both),
        "first_sync": measure(english, named(fed(english, synced))),
        "shifted": of(measure, shifted(english)),
        "halves": [of(measure, half) for half in halves(english, options.halves)],
        "parts": [
            {"kind": kind, **measure_part(part, measure)}
            for kind, posts in kinds.items()
            for part in (parts(posts, options.at_least) if options.split else ())
        ],
        "posts_a_minute": round(60 * len(english) / took),
        "findings": [shape(finding) for finding in detector.findings()],
    }
    crowds = [crowd_of(path, measure, options.texts) for path in options.crowd]
    result["crowds"] = [crowd for crowd, _ in crowds]
    result["peak_bytes"] = peak_bytes()
    result["accounts"] = [*describe(english, evidence, options.threshold, options.texts)]
    result["accounts"] += [account for _, accounts in crowds for account in accounts]
    print(json.dumps(result, indent=1, ensure_ascii=False))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    top.add_argument("--propaganda", type=Path, required=True)
    top.add_argument("--control", type=Path, required=True)
    top.add_argument("--crowd", type=Path, action="extend", nargs="+", default=[])
    top.add_argument("--threshold", type=int, default=500, help="permille that flags an account")
    top.add_argument("--at-least", type=int, default=20, help="posts of an account that counts")
    top.add_argument("--halves", type=int, default=0, help="times to part the accounts in two")
    top.add_argument("--split", action="store_true", help="choose constants on one part only")
    top.add_argument("--since", type=moment_ms, default=0, help="only posts from then on")
    top.add_argument("--until", type=moment_ms, default=sys.maxsize, help="only posts before")
    top.add_argument("--texts", action="store_true", help="with the words of the entries")
    return top


# --- posts ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """What a node would know of a line of a file, and which file it came from."""

    source: str
    id: str
    author: str
    time_ms: int
    text: str
    links: tuple[str, ...]
    repost: bool
    english: bool
    group: str = ""

    @property
    def account(self) -> bytes:
        return f"{self.source}:{self.author}".encode()

    def observation(self) -> Observation:
        act = Act(self.account, f"{self.source}:{self.id}".encode(), self.time_ms, self.time_ms)
        if self.repost:
            # A repost names an entry and has no words: here its words are the name.
            return Observation(act, passed_on=(self.text.encode(),))
        return Observation(act, self.text, tuple(_TAG.findall(self.text)), self.links)


def read(path: Path, source: str) -> Iterator[Post]:
    """Posts of a file, without repeated ids."""
    seen = set()
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and (given := json.loads(line))["id"] not in seen:
                seen.add(given["id"])
                yield post(given, source)


def moment_ms(text: str) -> int:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(1000 * moment.timestamp())


def post(given: dict[str, Any], source: str) -> Post:
    text = given["text"]
    bare = _PASSED_ON.sub("", text) if _PASSED_ON.match(text) else None
    repost = given.get("post_type") == "repost" or bool(given.get("repost_of"))
    return Post(
        source,
        given["id"],
        given["author"],
        moment_ms(given["ts"]),
        text if bare is None else bare,
        tuple(given.get("urls") or _LINK.findall(text)),
        repost or bare is not None,
        given.get("acct_lang", given.get("lang", "en")) in ENGLISH,
        given.get("type", ""),
    )


def halves(posts: Sequence[Post], times: int) -> Iterator[list[Post]]:
    """Both halves of the accounts, parted anew each time."""
    for number in range(times):
        salt = number.to_bytes(2, "big")
        for side in (0, 1):
            yield [one for one in posts if _draw(salt + one.account) % 2 == side]


def shifted(posts: Iterable[Post]) -> list[Post]:
    """Each account's posts moved by a number of weeks that its name gives."""
    week_ms = round(timedelta(weeks=1) / timedelta(milliseconds=1))
    return [
        replace(one, time_ms=one.time_ms + week_ms * (_draw(one.account) % SHIFTS)) for one in posts
    ]


def _draw(name: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big")


# --- detecting --------------------------------------------------------------------------


def fed(posts: Iterable[Post], order: Callable[[Post], Any] | None = None) -> Detector:
    """A detector that was told of the posts as they were written, or in another order, long
    after."""
    detector = Detector()
    for place, one in enumerate(sorted(posts, key=order or written)):
        seen = one.observation()
        late = seen if order is None else seen._replace(act=seen.act._replace(seen_ms=LATE + place))
        detector.add(late)
    return detector


def written(one: Post) -> tuple[int, str]:
    return one.time_ms, one.id


def synced(one: Post) -> tuple[int, int]:
    return _draw(one.account), -one.time_ms


def named(detector: Detector) -> Evidence:
    return {account.decode(): found for account, found in detector.evidence().items()}


def of(measure: Measure, posts: Sequence[Post]) -> dict[str, Any]:
    return measure(posts, named(fed(posts)))


# --- judging ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """Precision and recall by account, of those with `at_least` posts."""

    threshold: int
    at_least: int

    def __call__(self, posts: Sequence[Post], evidence: Evidence) -> dict[str, Any]:
        counts = Counter(one.account.decode() for one in posts)
        scores = {
            account: permille(total(evidence.get(account, ())))
            for account, count in counts.items()
            if count >= self.at_least
        }
        curve = [self._point(scores, threshold) for threshold in CURVE]
        return {"posts": len(posts), **self._point(scores, self.threshold), "curve": curve}

    def _point(self, scores: dict[str, int], threshold: int) -> dict[str, Any]:
        flagged = {account for account, score in scores.items() if score >= threshold}
        right = sum(account.startswith("propaganda:") for account in flagged)
        propaganda = sum(account.startswith("propaganda:") for account in scores)
        return {
            "threshold": threshold,
            "precision": round(right / len(flagged), 4) if flagged else None,
            "recall": round(right / propaganda, 4) if propaganda else None,
            "propaganda": propaganda,
            "propaganda_flagged": right,
            "control": len(scores) - propaganda,
            "control_flagged": len(flagged) - right,
        }


# --- constants chosen on one part and measured on another ---------------------------------


@dataclass(frozen=True)
class Part:
    """Posts to choose constants on, and posts of which nothing was known then."""

    name: str
    known: list[Post]
    held_out: list[Post]


def parts(posts: Sequence[Post], at_least: int) -> Iterator[Part]:
    counts = Counter((one.group, one.account) for one in posts if one.source == "propaganda")
    groups = Counter(group for (group, _), count in counts.items() if count >= at_least)
    for group in sorted(it for it, accounts in groups.items() if it and accounts >= GROUP):
        # The ordinary people have no groups: half of them on either side.
        yield _parted(f"group {group}", posts, partial(_apart, group=group))
    middle = median_low(one.time_ms for one in posts if one.source == "propaganda")
    yield _parted("later posts", posts, lambda one: one.time_ms >= middle)
    yield _parted("earlier posts", posts, lambda one: one.time_ms < middle)
    for share, salt in product((25, 50, 75), (b"one", b"two", b"three")):
        name = f"{share} % of the accounts, draw {salt.decode()}"
        # A hundred sides, of which so many are held out.
        yield _parted(name, posts, partial(_drawn, share=share, salt=salt))


def _apart(one: Post, group: str) -> bool:
    return one.group == group if one.source == "propaganda" else _draw(one.account) % 2 == 0


def _drawn(one: Post, share: int, salt: bytes) -> bool:
    return _draw(salt + one.account) % 100 < share


def _parted(name: str, posts: Sequence[Post], held_out: Callable[[Post], bool]) -> Part:
    known, unknown = list[Post](), list[Post]()
    for one in posts:
        (unknown if held_out(one) else known).append(one)
    return Part(name, known, unknown)


def measure_part(part: Part, measure: Measure) -> dict[str, Any]:
    chosen, known = choose(part.known, measure.at_least)
    threshold = chosen.get("threshold", measure.threshold)
    with constants({name: value for name, value in chosen.items() if name in GRID}):
        held_out = of(Measure(threshold, measure.at_least), part.held_out)
    shipped = of(measure, part.held_out)
    for one in (held_out, shipped):
        del one["curve"]
    return {"part": part.name, "chosen": chosen, "recall_there": known} | {
        "held_out": held_out,
        "shipped": shipped,
    }


def choose(posts: Sequence[Post], at_least: int) -> tuple[dict[str, int], float]:
    """Constants and threshold of the highest recall that are precise enough, and that recall;
    of equals the more cautious ones."""
    best: tuple[dict[str, int], float] = {}, 0
    for values in product(*GRID.values()):
        names = dict(zip(GRID, values, strict=True))
        with constants(names):
            curve = of(Measure(CURVE[0], at_least), posts)["curve"]
        for point in reversed(curve):
            precise = (point["precision"] or 0) >= LEAST_PRECISION
            if precise and point["recall"] > best[1]:
                best = {**names, "threshold": point["threshold"]}, point["recall"]
    return best


@contextmanager
def constants(values: Mapping[str, int]) -> Iterator[None]:
    """Other constants than those of `limits.py`, in all modules of the detector."""
    modules = [it for name, it in sys.modules.items() if "sayso_protocol.coordination." in name]
    before = [
        (it, name, getattr(it, name)) for it in modules for name in values if name in vars(it)
    ]
    for module, name, _ in before:
        setattr(module, name, values[name])
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


# --- crowds and evidence ------------------------------------------------------------------


def crowd_of(
    path: Path, measure: Measure, texts: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    posts = list(read(path, path.name.partition(".")[0]))
    detector = fed(posts)
    accounts = [*describe(posts, named(detector), measure.threshold, texts)]
    flagged = sum(account["flagged"] for account in accounts)
    findings = [shape(finding) for finding in detector.findings()]
    share = round(flagged / len(accounts), 5) if accounts else 0
    return {
        "crowd": path.name,
        "posts": len(posts),
        "accounts": len(accounts),
        "flagged": flagged,
        "share": share,
        "findings": findings,
    }, accounts


def describe(
    posts: Sequence[Post], evidence: Evidence, threshold: int, texts: bool
) -> Iterator[dict[str, Any]]:
    """Each account with its score and its evidence, the highest score first."""
    words = {f"{one.source}:{one.id}": one.text for one in posts} if texts else {}
    counts = Counter((one.source, one.author) for one in posts)
    accounts = list[dict[str, Any]]()
    for (source, author), count in counts.items():
        found = evidence.get(f"{source}:{author}", [])
        score = permille(total(found))
        accounts.append(
            {
                "account": author,
                "set": source,
                "posts": count,
                "score": score,
                "flagged": score >= threshold,
                "evidence": [open_up(one, words) for one in found],
            }
        )
    yield from sorted(accounts, key=lambda one: (-one["score"], one["set"], one["account"]))


def open_up(found: Coincidence, words: dict[str, str]) -> dict[str, Any]:
    """One coincidence: what, which two entries, when, and how far from chance in millibits."""
    shown = {
        "signal": found.channel.value,
        "entry": found.own.entry.decode(),
        "time": time_text(found.own.time_ms),
        "with": found.other.account.decode(),
        "with_entry": found.other.entry.decode(),
        "with_time": time_text(found.other.time_ms),
        "millibits": found.millibits,
    }
    if words:
        shown["text"] = words[found.own.entry.decode()]
        shown["with_text"] = words[found.other.entry.decode()]
    return shown


def shape(finding: Finding) -> dict[str, Any]:
    return {
        "score": finding.score,
        "accounts": [account.decode() for account, _ in finding.accounts],
        "entries": len(finding.entries),
        "from": time_text(finding.from_ms),
        "to": time_text(finding.to_ms),
        "signals": [
            {
                "kind": signal.channel.value,
                "burst": signal.burst,
                "items": signal.items,
                "accounts": signal.accounts,
                "entries": signal.entries,
                "within_seconds": signal.within_ms // 1000,
            }
            for signal in finding.signals
        ],
    }


def time_text(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")


def peak_bytes() -> int | None:
    """Most memory that this process had at a time; unknown on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


if __name__ == "__main__":
    main()

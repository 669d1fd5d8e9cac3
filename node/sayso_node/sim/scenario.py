"""Scenarios: what a run is made of, read from TOML. Every field is documented here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import GenericAlias
from typing import Any, TypeVar, get_type_hints

Pair = tuple[float, float]
"""Lowest and highest; each case draws its own."""


class ScenarioError(Exception):
    """The scenario cannot be run; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Topology:
    """The peers of each node.

    `kind`: ``ring``, ``random`` (each has `degree` peers), ``small-world`` (a ring of
    `degree` neighbours, of which the share `rewire` is replaced by far ones), ``star`` (all dial
    the author whom others refuse; those have each other, too), ``follows``
    (peers along the edges of the follow graph in the file `graph`, `degree` dialled by each) or
    ``hubs`` (people dial hubs alone).
    """

    kind: str = "random"
    degree: int = 6
    rewire: float = 0.1
    graph: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """The quality of lines: one way latency and jitter in milliseconds, kbit/s, the share of
    frames that come late for a lost packet, mean minutes between resets (0: never)."""

    latency_ms: Pair = (15.0, 120.0)
    jitter_ms: float = 5.0
    kbit_s: Pair = (4_000.0, 50_000.0)
    late: float = 0.001
    reset_minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """The posts of a run: entries that each author has before the run, posts a minute by each,
    lengths of texts in characters, and the share of nodes that follows each author (follow
    graphs know better)."""

    authors: int = 3
    history: int = 0
    posts_per_minute: float = 2.0
    characters: Pair = (20.0, 280.0)
    followers: float = 1.0


@dataclass(frozen=True, slots=True)
class Churn:
    """The share `share` of nodes leaves and comes back: mean minutes on line and off. With
    `power` it is the power that fails, and the disk forgets what was not synced."""

    share: float = 0.5
    up_minutes: float = 5.0
    down_minutes: float = 1.0
    power: bool = False


@dataclass(frozen=True, slots=True)
class WrongClock:
    """The share `share` of nodes has wall clocks that are off by a number of days between
    these, and, unless `jump_minutes` is 0, jump within them every so many minutes (mean)."""

    share: float = 0.3
    days: Pair = (-3_650.0, 3_650.0)
    jump_minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Partition:
    """The net falls into `parts` between these seconds; lines across them fall silent."""

    from_seconds: float
    until_seconds: float
    parts: int = 2


@dataclass(frozen=True, slots=True)
class Hostile:
    """The share `share` of nodes behaves as `kind` says: see `adversaries/registry.py`."""

    kind: str
    share: float = 0.2


@dataclass(frozen=True, slots=True)
class Refusal:
    """The share `share` of all nodes but one author, whom most follow, refuses to carry that
    author: it neither stores nor passes on what he writes. With `rechosen` people have found
    peers anew since, as always those first with whom they share most."""

    share: float = 0.5
    rechosen: bool = False


@dataclass(frozen=True, slots=True)
class PartialRelay:
    """The share `share` of the honest nodes that write nothing has a rule that does `action` to
    every post of which the number can be divided by `every`: ``drop``, ``headers`` or ``store``.
    Whoever is joined to an author by nodes without the rule has all that he writes."""

    share: float = 0.3
    every: int = 3
    action: str = "drop"


@dataclass(frozen=True, slots=True)
class Hub:
    """The last `count` nodes are hubs: they follow nobody for themselves and carry every author,
    those excepted whom they refuse. Everybody else dials `dialled` of them besides his peers,
    those first that carry most of what he follows."""

    count: int = 5
    dialled: int = 2


@dataclass(frozen=True, slots=True)
class HubQuotas:
    """The hubs carry by request: each author's node asks those that it dials. The share `admitted`
    of authors is on the lists of the hubs' owners; everybody else comes under quotas of so many
    `accounts` and `kilobytes` in all, `account_kilobytes` each. `crowd` strangers ask every hub,
    too, a moment before or after the authors, and fill what they get. All authors are off line
    between the seconds `off`; their followers come on line only then, and must have everything
    before the authors are back."""

    admitted: float = 0.5
    accounts: int = 20
    kilobytes: int = 400
    account_kilobytes: int = 100
    crowd: int = 60
    off: Pair = (60.0, 240.0)


@dataclass(frozen=True, slots=True)
class Moves:
    """The hubs are front ends of one store, but the last, a stranger who claims to be one. Homes
    dial one of them at a time, and another one after so many seconds (`every`), with a list of
    wants and offers of at most `bytes`. The first front end is stolen from the second `stolen` on;
    authors post until `silent`; at `removed` the owner takes it from the roster. Moves end after
    `last`, at an honest one."""

    every: Pair = (10.0, 20.0)
    bytes: int = 6000
    stolen: float = 100.0
    silent: float = 180.0
    removed: float = 220.0
    last: float = 260.0


@dataclass(frozen=True, slots=True)
class House:
    """Each node has `seats` for those who dial it, no two in one network; `sayso_protocol.seats`
    says who gets one. Without `turns` nobody ever has to give way for having sat long: that is a
    control."""

    seats: int = 12
    turns: bool = True


@dataclass(frozen=True, slots=True)
class Owners:
    """The share `share` of honest people has rules, a view, and has subscribed to the labels of the
    first honest author; what authors say is about those rules. They do nothing, and look every
    `look_seconds` whether anything of theirs has changed. Needs a kind of hostile node that
    writes."""

    share: float = 0.2
    look_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Revocation:
    """`at_seconds` the account of each forked feed ends it, with the newest entry that some
    honest node holds."""

    at_seconds: float


@dataclass(frozen=True, slots=True)
class Retractions:
    """The share `share` of what authors publish takes back an earlier entry of theirs, which every
    honest node drops: and none that nobody took back."""

    share: float = 0.2


@dataclass(frozen=True, slots=True)
class Processor:
    """Honest nodes have one processor each, on which a frame takes as long as
    `protocol/sync/budgets/costs.py` says. Without `budgets` each session is read for as long as it
    has anything, whatever that costs; that is a control."""

    budgets: bool = True


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of what honest nodes may cost, and how soon they must be equal.

    `settle_seconds` after the last post and fault all must be everywhere; then a session
    may carry `idle_frames` a minute. `duplicates` and `bytes_per_entry` are for each entry
    that an honest node stored, over what honest nodes sent each other. `live_p99_ms` is for
    the 99th percentile from post to store, at nodes on line all the while, `live_max_ms` for
    the slowest (0: no bound). `proof_rounds` of gossip after two branches of a feed are held by
    honest nodes that are joined, all of these hold a proof (0: no bound).
    """

    settle_seconds: float = 120.0
    duplicates: float = 8.0
    bytes_per_entry: float = 8_000.0
    idle_frames: float = 1.0
    live_p99_ms: float = 0.0
    live_max_ms: float = 0.0
    proof_rounds: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario. `about` says what it shows, `nodes` how many take part unless told
    otherwise, `seconds` how long posts are made and faults happen."""

    name: str
    about: str
    nodes: int
    seconds: float
    topology: Topology = Topology()
    links: Links = Links()
    load: Load = Load()
    bounds: Bounds = Bounds()
    churn: tuple[Churn, ...] = ()
    clock: tuple[WrongClock, ...] = ()
    partition: tuple[Partition, ...] = ()
    hostile: tuple[Hostile, ...] = ()
    revocation: tuple[Revocation, ...] = ()
    refusal: Refusal | None = None
    hub: Hub | None = None
    quotas: HubQuotas | None = None
    moves: Moves | None = None
    house: House | None = None
    owners: Owners | None = None
    thinning: PartialRelay | None = None
    processor: Processor | None = None
    retractions: Retractions | None = None

    @property
    def power(self) -> bool:
        """Whether power fails in it."""
        return any(one.power for one in self.churn)


_SINGLE = {
    "topology": Topology,
    "links": Links,
    "load": Load,
    "bounds": Bounds,
    "refusal": Refusal,
    "hub": Hub,
    "quotas": HubQuotas,
    "moves": Moves,
    "house": House,
    "owners": Owners,
    "thinning": PartialRelay,
    "processor": Processor,
    "retractions": Retractions,
}
_SEVERAL = {
    "churn": Churn,
    "clock": WrongClock,
    "partition": Partition,
    "hostile": Hostile,
    "revocation": Revocation,
}
_OWN = {"about": str, "nodes": int, "seconds": float}


def shipped() -> list[str]:
    """Names of the scenarios that come with the simulator."""
    folder = resources.files(__package__) / "scenarios"
    return sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".toml"))


def load_scenario(named: str) -> Scenario:
    """Read a shipped scenario by name, or one's own by the path of its file.

    Raises `ScenarioError`.
    """
    if named in shipped():
        text = (resources.files(__package__) / "scenarios" / f"{named}.toml").read_text("utf-8")
        return parse(named, text)
    try:
        return parse(Path(named).stem, Path(named).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped())
        raise ScenarioError(
            f"no scenario {named!r}: name a file, or one of {known} ({error})"
        ) from error


def parse(name: str, text: str) -> Scenario:
    """Read a scenario from TOML. Raises `ScenarioError`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {error}") from error
    values: dict[str, Any] = {"name": name}
    for key, value in table.items():
        where = f"{name}: {key}"
        if key in _OWN:
            values[key] = _read_value(_OWN[key], value, where)
        elif key in _SINGLE:
            values[key] = _read_table(_SINGLE[key], value, where)
        elif key in _SEVERAL:
            if not isinstance(value, list):
                raise ScenarioError(f"{where}: must be tables, each headed [[{key}]]")
            values[key] = tuple(_read_table(_SEVERAL[key], one, where) for one in value)
        else:
            raise ScenarioError(f"{where}: there is no such field")
    missing = _OWN.keys() - values.keys()
    if missing:
        raise ScenarioError(f"{name}: {', '.join(sorted(missing))} must be given")
    return Scenario(**values)


_T = TypeVar("_T")


def read_own_world(file: Traversable, kind: type[_T]) -> _T:
    """The scenario of a world of its own, of a shipped file that is named after it. Raises
    `ScenarioError`."""
    table = tomllib.loads(file.read_text("utf-8"))
    unknown = table.keys() - {spec.name for spec in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        name = file.name.removesuffix(".toml")
        raise ScenarioError(f"{name}: {min(unknown)}: there is no such field")
    return kind(**table)


def _read_table(kind: type[_T], table: object, where: str) -> _T:
    if not isinstance(table, Mapping):
        raise ScenarioError(f"{where}: must be a table")
    hints = get_type_hints(kind)
    unknown = table.keys() - {spec.name for spec in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise ScenarioError(f"{where}.{min(unknown)}: there is no such field")
    try:
        return kind(**{k: _read_value(hints[k], v, f"{where}.{k}") for k, v in table.items()})
    except TypeError as error:
        raise ScenarioError(f"{where}: {error}") from error


def _read_value(kind: type | GenericAlias, value: Any, where: str) -> Any:
    if kind == Pair:
        if isinstance(value, list) and len(value) == 2:
            return tuple(_read_value(float, one, where) for one in value)
        raise ScenarioError(f"{where}: must be two numbers")
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ScenarioError(f"{where}: must be of type {getattr(kind, '__name__', kind)}")
    return value

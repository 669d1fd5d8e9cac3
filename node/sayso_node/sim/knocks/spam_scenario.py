"""What a run of spam is made of, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from ..scenario import read_own_world

NAME = "spam"


@dataclass(frozen=True, slots=True)
class SpamScenario:
    """On each of the follow graphs in the files `graphs`, `owners` people with the default prices
    and `carriers` each have their doors open for `days` days. Each day `newcomers` people who
    follow an owner, and whom he does not follow, send him a first word, and an attacker sends what
    he can: he has `identities`, `addresses`, and makes stamps with `hashes_a_day`. The share
    `gullible` of all people follows one of his identities. An owner looks at his first page once a
    day, and declines or blocks what is spam there. With `free`, knocking costs nothing, carriers
    take all, and shelves take who comes: that is a control."""

    about: str
    graphs: list[str]
    owners: int
    days: int
    identities: int = 100_000
    addresses: int = 10
    hashes_a_day: int = 11_059_200_000_000
    gullible: float = 0.01
    newcomers: int = 1
    carriers: int = 3
    free: bool = False


def load_spam_scenario() -> SpamScenario:
    """The shipped one. Raises `ScenarioError`."""
    return read_own_world(resources.files(__package__) / f"{NAME}.toml", SpamScenario)

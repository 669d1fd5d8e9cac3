"""The records that a node tells of itself, its peers and its exchanges: as they are in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypedDict

from sayso_protocol.discovery.hub.carried_account import CarriedAccount
from sayso_protocol.discovery.hub.settings import HubSettings


class LanStatus(TypedDict):
    """Local discovery: the `links` that are looked on, for people, and datagrams that were not read
    since the start: `malformed` ones, and those beyond what is read a second (`dropped`)."""

    links: list[str]
    malformed: int
    dropped: int


class RelayingStatus(TypedDict):
    """What a node does for peers that nobody can call."""

    places: int
    """Peers that are reached through it now."""
    circuits: int
    """Connections that it passes the bytes of now."""
    bytes_today: int
    """Bytes that it has passed on since midnight, UTC."""
    counts: dict[str, int]
    """What was given and refused since the start, by its name."""


class LettersStatus(TypedDict):
    """What a node keeps for others in boxes."""

    held: int
    """Letters that lie here now."""
    bytes: int
    doors: int
    """Accounts whose doors are kept."""
    brought: dict[str, int]
    """Letters that were brought since the start, by what became of them."""
    refused: dict[str, int]
    """Streams that were ended since the start, by the code of the error."""


class HubLoad(NamedTuple):
    """What a hub carries, and what it answered to those who asked for it."""

    accounts: Sequence[CarriedAccount]
    settings: HubSettings
    answered: Mapping[int, int]
    """Requests since the start, by the code of the answer (`carry_messages`)."""
    ended: Mapping[str, int]
    """Accounts that were let go of since the start, by the reason of the `EndCarriage`."""
    is_file_bad: bool
    """Whether `hub.toml` has a mistake, so that an older one counts."""


class MediaLoad(TypedDict):
    """Pictures and films that come and go."""

    fetching: int
    """What is on its way now."""
    waiting: int
    """What is to come by itself later."""
    sent: int
    """Bytes that peers were given since the start."""
    ended: dict[str, int]
    """Downloads since the start: those that are ``complete``, and those that ``failed``."""


class NodeStatus(TypedDict):
    """A running node; `uptime` in seconds."""

    peer_id: str
    addrs: list[str]
    reachability: str
    findings: list[str]
    """What this home is and what works, as sentences."""
    advice: list[str]
    """What its owner can do so that others reach it, as sentences."""
    sessions: int
    known_peers: int
    """Peers that are remembered."""
    away: int
    """Those that the owner named or that were connected before, and are not now."""
    refused: int
    """Peers that found no seat."""
    gave_way: int
    """Peers that lost theirs to others."""
    uptime: float
    trouble: str | None
    """The store's complaint."""
    left: dict[str, int]
    """Peers that were left for an offence since the start, by the code of the error."""
    lan: LanStatus | None
    """None where nobody is looked for on the local network."""
    relaying: RelayingStatus | None
    """None where it does not relay."""
    letters: LettersStatus | None
    """None where it keeps none."""


class SessionProgress(TypedDict):
    """A session with a peer so far: entries received and sent, bytes both ways, seconds."""

    peer_id: str
    addr: str
    outbound: bool
    software: str
    seconds: float
    received: int
    sent: int
    bytes_in: int
    bytes_out: int
    in_sync: bool


class PeerStatus(SessionProgress):
    """The same, and the feeds by key that it knows to have forked or ended."""

    peer: str
    state: str
    path: str
    last_seen: str
    forked: list[str]
    ended: list[str]


class ExchangeResult(TypedDict):
    """One exchange with one peer. `connect_seconds` is the part of `seconds` that went before
    the session began."""

    received: int
    sent: int
    bytes_in: int
    bytes_out: int
    in_sync: bool
    seconds: float
    connect_seconds: float

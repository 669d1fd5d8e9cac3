"""What the running node knows of its network, as findings; and what can be tried without it."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sayso_protocol.discovery.reachability import ReachState
from sayso_protocol.discovery.reachability.status import Surroundings
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ..control.client import is_running, request
from ..errors import ControlError
from ..home.directory import Home
from ..home.kept_proxy import kept_proxy
from ..network.interfaces import interfaces
from ..text.reach_words import reach_word
from .diagnosis import Diagnosis, failed, fine, parted, wrong

_GROUP: Final = "224.0.0.251"
"""The group of mDNS: RFC 6762, section 3."""

_REACHED: Final = (ReachState.OPEN, ReachState.MAPPED, ReachState.PUNCHED, ReachState.RELAYED)

_ROUTERS: Final = {
    Surroundings.NOTHING: mark("this machine has a public address of its own"),
    Surroundings.ROUTER: mark("there is one router before this machine"),
    Surroundings.TWO_ROUTERS: mark("there are two routers before this machine"),
    Surroundings.CARRIER: mark(
        "the provider's router is shared by many customers (carrier-grade NAT)"
    ),
    Surroundings.UNKNOWN: mark("it is not known yet what is before this machine"),
}


def check_node(home: Home) -> list[Diagnosis]:
    """The node and its network. Of one that is stopped, that it is."""
    if not is_running(home):
        advice = _("start it with `sayso run`, and ask again: its network is looked at then")
        return [fine("node", _("it is stopped: nothing comes or goes"), advice)]
    try:
        status = request(home, "status")
        reach = request(home, "reachability")
    except ControlError as error:
        return [failed("node", error)]
    return [_node(status), *network_findings(status, reach)]


def _node(status: Mapping[str, Any]) -> Diagnosis:
    if status["trouble"]:
        found, advice = parted(str(status["trouble"]))
        return wrong("node", found, advice or _("`sayso run` says more"))
    return fine(
        "node",
        _("it runs, since {n_second}").format(n_second=quantity(round(status["uptime"]), "second")),
    )


def network_findings(status: Mapping[str, Any], reach: Mapping[str, Any]) -> list[Diagnosis]:
    """Findings of what a node says: its status, and its assessment as JSON."""
    evidence = reach["evidence"]
    if evidence["is_hidden"]:
        return [fine("proxy", " ".join(reach["findings"])), _peers(status)]
    return [
        _listening(status["addrs"], evidence),
        _reachability(reach),
        _mapping(reach),
        _router(reach),
        _relays(reach),
        _peers(status),
        fine("proxy", _("none is used: peers see the address of this home")),
    ]


def _listening(addresses: Sequence[str], evidence: Mapping[str, Any]) -> Diagnosis:
    if not evidence["port"]:
        return wrong(
            "listening",
            _("it listens on this machine alone") if addresses else _("it does not listen"),
            _("start it without --listen, or with --listen /ip4/0.0.0.0/tcp/4001"),
        )
    hosts = ", ".join([*evidence["own"], *evidence["private"]])
    return fine(
        "listening",
        _("TCP port {port} at {hosts}").format(port=evidence["port"], hosts=hosts),
    )


def _reachability(reach: Mapping[str, Any]) -> Diagnosis:
    found = f"{reach_word(reach['state'])}: {' '.join(reach['findings'])}"
    advice = " ".join(reach["advice"])
    if reach["state"] == ReachState.CLOSED:
        return wrong("reachability", found, advice or _("connect to peers: `sayso connect MADDR`"))
    return fine("reachability", found, advice)


def _mapping(reach: Mapping[str, Any]) -> Diagnosis:
    check, evidence = "mapping", reach["evidence"]
    if evidence["mapped"] in evidence["denied"]:
        found = _("the router gave {address}, and nobody gets through").format(
            address=evidence["mapped"]
        )
        return wrong(check, found, " ".join(reach["advice"][:1]))
    if evidence["mapped"]:
        return fine(
            check,
            _("the router gave {address}, by {method}").format(
                address=evidence["mapped"], method=evidence["method"]
            ),
        )
    if evidence["surroundings"] == Surroundings.NOTHING:
        return fine(check, _("none is needed"))
    # Two languages over one socket fail in the same words where nobody listens.
    said = "; ".join(dict.fromkeys(text for *_codes, text in reach["failures"]))
    found = (
        _("the router gave no port ({said})").format(said=said)
        if said
        else _("the router was not asked yet")
    )
    if reach["state"] == ReachState.CLOSED and said:
        return wrong(check, found, " ".join(reach["advice"][:1]))
    return fine(check, found)


def _router(reach: Mapping[str, Any]) -> Diagnosis:
    surroundings = Surroundings(reach["evidence"]["surroundings"])
    is_double = surroundings in (Surroundings.TWO_ROUTERS, Surroundings.CARRIER)
    if is_double and reach["state"] not in _REACHED:
        return wrong("router", _(_ROUTERS[surroundings]), " ".join(reach["advice"][:1]))
    return fine("router", _(_ROUTERS[surroundings]))


def _relays(reach: Mapping[str, Any]) -> Diagnosis:
    count = reach["evidence"]["relays"]
    if count or not reach["wants_relay"]:
        return fine("relays", quantity(count, "relay") if count else _("none is needed"))
    return wrong(
        "relays",
        _("none is known, and without one nobody can connect to this home"),
        _("connect once to a hub, or to a friend who relays: `sayso connect MADDR`"),
    )


def _peers(status: Mapping[str, Any]) -> Diagnosis:
    if status["sessions"]:
        return fine("peers", quantity(status["sessions"], "peer"))
    return wrong(
        "peers",
        _("none is connected: nothing comes or goes"),
        _("give one with `sayso connect MADDR`, or follow a friend's invite"),
    )


def check_multicast(home: Home) -> Diagnosis:
    """Whether programs of this user may look for others on the local network. The kernel tells the
    network which groups are joined, so behind a proxy it is not tried."""
    if kept_proxy(home):
        return fine("mdns", _("behind a proxy nobody is looked for on the local network"))
    hosts = [
        ip for one in interfaces() for ip in one.addresses if ip.version == 4 and not ip.is_loopback
    ]
    failures = [failure for ip in hosts if (failure := _multicast_failure(ip.packed))]
    if not hosts:
        return wrong("mdns", _("this machine is in no network"), _("connect it to one"))
    if len(failures) == len(hosts):
        return wrong(
            "mdns",
            _("this machine cannot look for others on the local network ({reason})").format(
                reason=failures[0]
            ),
            _("allow multicast in its firewall; peers can be named all the same"),
        )
    return fine("mdns", _("this machine may look for others on the local network"))


def _multicast_failure(host: bytes) -> str:
    """Why the group cannot be joined on the network of an own address; empty where it can."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            membership = struct.pack("4s4s", socket.inet_aton(_GROUP), host)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError as error:
        return error.strerror or str(error)
    return ""

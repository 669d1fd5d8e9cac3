"""Reachability in plain words, for the owner of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .status import PortUse, ReachState, Surroundings

if TYPE_CHECKING:
    from .status import Assessment, Evidence

_STATES: Final = {
    ReachState.OPEN: "Others connect to this home directly, at an address of its own.",
    ReachState.MAPPED: "Others connect to this home through its router, which passes them on.",
    ReachState.PUNCHED: "Others reach this home through a relay, and then directly: hole punching "
    "works here.",
    ReachState.RELAYED: "Others reach this home through a relay.",
    ReachState.CLOSED: "Nobody can connect to this home: it has to dial others, and it can.",
    ReachState.UNKNOWN: "It is not known yet whether others can connect to this home.",
}

_SURROUNDINGS: Final = {
    Surroundings.ROUTER: "It is behind a router.",
    Surroundings.TWO_ROUTERS: "It is behind two routers, one behind the other: the inner one has "
    "no address that the internet sees.",
    Surroundings.CARRIER: "It is behind a router of the provider that many customers share "
    "(carrier-grade NAT).",
}

_PORTS: Final = {
    PortUse.KEPT: "The router keeps ports, so that direct connections can often be made through "
    "a relay's help.",
    PortUse.SYMMETRIC: "The router gives each connection another port (symmetric NAT): with homes "
    "of the same kind everything goes through a relay.",
}


def findings_of(assessment: Assessment) -> tuple[str, ...]:
    """What this home is and what works, a sentence each."""
    evidence = assessment.evidence
    if evidence.is_hidden:
        return (_hidden(assessment),)
    if evidence.is_local and assessment.state is ReachState.CLOSED:
        return ("Only this machine can connect to this home: it listens nowhere else.",)
    found = [_STATES[assessment.state]]
    if assessment.state is ReachState.MAPPED:
        found[0] = _mapped(assessment)
    found.append(_SURROUNDINGS.get(evidence.surroundings, ""))
    if assessment.state not in (ReachState.OPEN, ReachState.MAPPED):
        found.append(_PORTS.get(evidence.ports, ""))
    if not evidence.port:
        found.append("It does not listen for others.")
    if assessment.state is ReachState.UNKNOWN and evidence.port:
        found.append("Peers of other networks are asked to try, as soon as some are connected.")
    return tuple(one for one in found if one)


def _hidden(assessment: Assessment) -> str:
    if assessment.state is ReachState.OPEN:
        return "This home is hidden behind a proxy; others reach it at the address that you gave."
    return (
        "This home is hidden behind a proxy: it dials others, nobody can connect to it, and its "
        "address is told to nobody."
    )


def _mapped(assessment: Assessment) -> str:
    evidence = assessment.evidence
    if not evidence.mapped:
        return _STATES[ReachState.MAPPED]
    port = evidence.mapped.rpartition("/")[2]
    given = f"The router passes its port {port} on to this machine ({evidence.method})"
    return f"{given}; {'others got through.' if assessment.public else 'nobody has tried it yet.'}"


def advice_of(assessment: Assessment) -> tuple[str, ...]:
    """What the owner can do so that more works, a sentence each; nothing where all is well."""
    evidence = assessment.evidence
    if evidence.is_hidden or assessment.state in (ReachState.OPEN, ReachState.MAPPED):
        return ()
    if evidence.is_local:
        return ("To let others connect, start it without `--listen`: `sayso run`.",)
    if not evidence.port:
        return ("Let it listen for others: `sayso run --listen /ip4/0.0.0.0/tcp/4001`.",)
    advice = [_of_surroundings(evidence), _of_firewalls(evidence)]
    if assessment.wants_relay and not evidence.relays:
        advice.append("Connect once to a hub, or to a friend who relays: `sayso connect MADDR`.")
    return tuple(one for one in advice if one)


def _of_surroundings(evidence: Evidence) -> str:
    host = next((one for one in evidence.private if ":" not in one), "this machine")
    forward = f"forward TCP port {evidence.port} to {host}"
    match evidence.surroundings:
        case Surroundings.ROUTER if evidence.mapped:
            return (
                "Nobody comes through the port that the router gave: look for a firewall on this "
                f"machine or at the provider, or {forward} by hand."
            )
        case Surroundings.ROUTER if evidence.is_mapping_refused:
            return f"Allow this machine to map ports in the router, or {forward} there."
        case Surroundings.ROUTER | Surroundings.UNKNOWN if evidence.private and not evidence.own:
            return f"Switch on UPnP or NAT-PMP in the router, or {forward} there."
        case Surroundings.TWO_ROUTERS:
            return (
                "Set the outer router to pass everything on (bridge mode, or the inner router as "
                f"exposed host), or forward TCP port {evidence.port} in both of them."
            )
        case Surroundings.CARRIER:
            return "Ask the provider for a public IPv4 address, or for IPv6."
    return ""


def _of_firewalls(evidence: Evidence) -> str:
    """What to do where an address of this machine is public and yet nobody gets through."""
    closed = [one for one in evidence.denied if one.split("/")[2] in evidence.own]
    if not closed:
        return ""
    where = "the router" if all(one.startswith("/ip6/") for one in closed) else "this machine"
    return f"Open TCP port {evidence.port} in the firewall of {where}: others tried in vain."

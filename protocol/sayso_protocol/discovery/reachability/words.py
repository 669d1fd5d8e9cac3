"""Reachability in plain words, for the owner of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...translation import _, mark
from .status import PortUse, ReachState, Surroundings

if TYPE_CHECKING:
    from .status import Assessment, Evidence

_STATES: Final = {
    ReachState.OPEN: mark("Others connect to this home directly, at an address of its own."),
    ReachState.MAPPED: mark(
        "Others connect to this home through its router, which passes them on."
    ),
    ReachState.PUNCHED: mark(
        "Others reach this home through a relay, and then directly: hole punching works here."
    ),
    ReachState.RELAYED: mark("Others reach this home through a relay."),
    ReachState.CLOSED: mark("Nobody can connect to this home: it has to dial others, and it can."),
    ReachState.UNKNOWN: mark("It is not known yet whether others can connect to this home."),
}

_SURROUNDINGS: Final = {
    Surroundings.ROUTER: mark("It is behind a router."),
    Surroundings.TWO_ROUTERS: mark(
        "It is behind two routers, one behind the other: the inner one has "
        "no address that the internet sees."
    ),
    Surroundings.CARRIER: mark(
        "It is behind a router of the provider that many customers share (carrier-grade NAT)."
    ),
}

_PORTS: Final = {
    PortUse.KEPT: mark(
        "The router keeps ports, so that direct connections can often be made through "
        "a relay's help."
    ),
    PortUse.SYMMETRIC: mark(
        "The router gives each connection another port (symmetric NAT): with homes "
        "of the same kind everything goes through a relay."
    ),
}


def findings_of(assessment: Assessment) -> tuple[str, ...]:
    """What this home is and what works, a sentence each."""
    evidence = assessment.evidence
    if evidence.is_hidden:
        return (_hidden(assessment),)
    if evidence.is_local and assessment.state is ReachState.CLOSED:
        return (_("Only this machine can connect to this home: it listens nowhere else."),)
    found = [_(_STATES[assessment.state])]
    if assessment.state is ReachState.MAPPED:
        found[0] = _mapped(assessment)
    if evidence.surroundings in _SURROUNDINGS:
        found.append(_(_SURROUNDINGS[evidence.surroundings]))
    if assessment.state not in (ReachState.OPEN, ReachState.MAPPED) and evidence.ports in _PORTS:
        found.append(_(_PORTS[evidence.ports]))
    if not evidence.port:
        found.append(_("It does not listen for others."))
    if assessment.state is ReachState.UNKNOWN and evidence.port:
        found.append(_("Peers of other networks are asked to try, as soon as some are connected."))
    return tuple(found)


def _hidden(assessment: Assessment) -> str:
    if assessment.state is ReachState.OPEN:
        return _(
            "This home is hidden behind a proxy; others reach it at the address that you gave."
        )
    return _(
        "This home is hidden behind a proxy: it dials others, nobody can connect to it, and its "
        "address is told to nobody."
    )


def _mapped(assessment: Assessment) -> str:
    evidence = assessment.evidence
    if not evidence.mapped:
        return _(_STATES[ReachState.MAPPED])
    text = (
        _("The router passes its port {port} on to this machine ({method}); others got through.")
        if assessment.public
        else _(
            "The router passes its port {port} on to this machine ({method}); nobody has tried it "
            "yet."
        )
    )
    return text.format(port=evidence.mapped.rpartition("/")[2], method=evidence.method)


def advice_of(assessment: Assessment) -> tuple[str, ...]:
    """What the owner can do so that more works, a sentence each; nothing where all is well."""
    evidence = assessment.evidence
    if evidence.is_hidden or assessment.state in (ReachState.OPEN, ReachState.MAPPED):
        return ()
    if evidence.is_local:
        return (_("To let others connect, start it without `--listen`: `sayso run`."),)
    if not evidence.port:
        return (_("Let it listen for others: `sayso run --listen /ip4/0.0.0.0/tcp/4001`."),)
    advice = [_of_surroundings(evidence), _of_firewalls(evidence)]
    if assessment.wants_relay and not evidence.relays:
        advice.append(_("Connect once to a hub, or to a friend who relays: `sayso connect MADDR`."))
    return tuple(one for one in advice if one)


def _of_surroundings(evidence: Evidence) -> str:
    host = next((one for one in evidence.private if ":" not in one), _("this machine"))
    match evidence.surroundings:
        case Surroundings.ROUTER if evidence.mapped:
            return _(
                "Nobody comes through the port that the router gave: look for a firewall on this "
                "machine or at the provider, or forward TCP port {port} to {host} by hand."
            ).format(port=evidence.port, host=host)
        case Surroundings.ROUTER if evidence.is_mapping_refused:
            return _(
                "Allow this machine to map ports in the router, or forward TCP port {port} to "
                "{host} there."
            ).format(port=evidence.port, host=host)
        case Surroundings.ROUTER | Surroundings.UNKNOWN if evidence.private and not evidence.own:
            return _(
                "Switch on UPnP or NAT-PMP in the router, or forward TCP port {port} to {host} "
                "there."
            ).format(port=evidence.port, host=host)
        case Surroundings.TWO_ROUTERS:
            return _(
                "Set the outer router to pass everything on (bridge mode, or the inner router as "
                "exposed host), or forward TCP port {port} in both of them."
            ).format(port=evidence.port)
        case Surroundings.CARRIER:
            return _("Ask the provider for a public IPv4 address, or for IPv6.")
    return ""


def _of_firewalls(evidence: Evidence) -> str:
    """What to do where an address of this machine is public and yet nobody gets through."""
    closed = [one for one in evidence.denied if one.split("/")[2] in evidence.own]
    if not closed:
        return ""
    text = (
        _("Open TCP port {port} in the firewall of the router: others tried in vain.")
        if all(one.startswith("/ip6/") for one in closed)
        else _("Open TCP port {port} in the firewall of this machine: others tried in vain.")
    )
    return text.format(port=evidence.port)

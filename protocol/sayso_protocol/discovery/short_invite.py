"""Short invites: which addresses are worth telling, and what is left out where room is scarce."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

from ..translation import _, ngettext
from .invite import Invite
from .invite_limits import MAX_INVITE_ADDRESSES
from .multiaddr import Address, is_loopback

LOCAL: Final = 3
"""Addresses within the own networks that an invite has at most: containers and virtual machines
bring a machine more of them than anybody needs."""


def told_addresses(public: Sequence[Address], every: Sequence[Address]) -> tuple[Address, ...]:
    """The addresses of a node that an invite tells, the best first: those at which anybody reaches
    it, directly or else over a relay, then some within its own networks for whoever is there too;
    loopback where there is nothing else. Of both lists the order is kept."""
    relayed = [one for one in every if one.relay is not None and one not in public]
    far = sorted([*public, *relayed], key=lambda one: one.relay is not None)
    near = [one for one in every if one not in far and _is_near(one)][:LOCAL]
    found = _without_peers([*far, *near])
    if not found:
        found = _without_peers(one for one in every if one.is_ip and not _is_link_local(one))
    return tuple(found[:MAX_INVITE_ADDRESSES])


def _is_near(address: Address) -> bool:
    """Whether it may be reached within a network of this machine: not by names, nor by what means
    another machine on each network."""
    if not address.is_ip or address.relay is not None:
        return False
    return not (is_loopback(address.host) or _is_link_local(address))


def _is_link_local(address: Address) -> bool:
    return ip_address(address.host.partition("%")[0]).is_link_local


def _without_peers(addresses: Iterable[Address]) -> list[Address]:
    return list(dict.fromkeys(replace(one, peer_id=None) for one in addresses))


def shortened(invite: Invite, fits: Callable[[Invite], bool]) -> Invite:
    """As much of an invite as `fits`, which is true of shorter ones wherever it is of a longer one.
    In order of what is missed most: an address, the token, a second address, the promise, the list,
    further addresses, heads. What is shorter may come in where something before it does not."""
    first, others = invite.addresses[:1], invite.addresses[1:]
    short = Invite(invite.account, invite.node, first)
    steps: list[Callable[[Invite], Invite]] = [
        lambda one: replace(one, token=invite.token),
        *[_with_address(more) for more in others[:1]],
        lambda one: replace(one, promise=invite.promise),
        lambda one: replace(one, list_name=invite.list_name),
        *[_with_address(more) for more in others[1:]],
        *[_with_heads(invite, count) for count in range(1, len(invite.heads) + 1)],
    ]
    for step in steps:
        longer = step(short)
        if fits(longer):
            short = longer
    return short


def _with_address(more: Address) -> Callable[[Invite], Invite]:
    return lambda one: replace(one, addresses=(*one.addresses, more))


def _with_heads(invite: Invite, count: int) -> Callable[[Invite], Invite]:
    return lambda one: replace(one, heads=invite.heads[:count])


def left_out(invite: Invite, short: Invite) -> list[str]:
    """What a short invite lacks of the whole one, as words; but heads, which nobody misses."""
    fewer = len(invite.addresses) - len(short.addresses)
    parts = {
        ngettext("an address", "{count} addresses", fewer).format(count=fewer): fewer > 0,
        _("the token"): short.token != invite.token,
        _("the promise of the next key"): short.promise != invite.promise,
        _("the list"): short.list_name != invite.list_name,
    }
    return [words for words, is_missing in parts.items() if is_missing]

"""The own node, as others have to know it: its key, and where it can be reached now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sayso_protocol.translation import _, mark

if TYPE_CHECKING:
    from sayso_node.home.directory import Home
    from sayso_protocol.discovery.multiaddr import Address
    from sayso_storage.interface.store import Store


@dataclass(frozen=True, slots=True)
class OwnNode:
    """`key` has 32 bytes; `notes` are what its owner should know before he tells others."""

    key: bytes
    addresses: tuple[Address, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, home: Home) -> OwnNode:
        """The node of a home, whether it runs or not. Raises `NodeError`."""
        from sayso_node.control.client import is_running, request
        from sayso_node.home.node_key import node_public_key
        from sayso_protocol.discovery.multiaddr import Address
        from sayso_protocol.discovery.short_invite import told_addresses

        key = node_public_key(home)
        if not is_running(home):
            return cls(key, (), (_(_STOPPED),))
        found = request(home, "addresses")
        public, every = (list(map(Address.parse, found[name])) for name in ("public", "all"))
        return cls(key, told_addresses(public, every), _notes(public, every))


def open_link(home: Home, store: Store, addresses: list[str]) -> str:
    """A link to the own account and node without a token, which anybody may have."""
    from sayso_node.accounts.invites import invite_to
    from sayso_node.home.node_key import node_public_key
    from sayso_protocol.discovery.invite import invite_text
    from sayso_protocol.discovery.multiaddr import Address
    from sayso_protocol.discovery.short_invite import told_addresses

    every = [Address.parse(text) for text in addresses]
    told = told_addresses([one for one in every if one.is_public], every)
    return invite_text(invite_to(store, node_public_key(home), told, None))


_STOPPED = mark(
    "The node is stopped, so the line has no address: start `sayso run`, and make the invite then. "
    "As it is, it works for who finds your node by other means."
)


def _notes(public: list[Address], every: list[Address]) -> tuple[str, ...]:
    from sayso_protocol.discovery.multiaddr import is_loopback

    if public:
        return ()
    if any(not one.is_ip or not is_loopback(one.host.partition("%")[0]) for one in every):
        return (
            _(
                "No address is known at which the internet reaches your node: the line works for "
                "who is in the same network. `sayso status` says more."
            ),
        )
    return (_("Your node listens on this machine alone: nobody else reaches it with this line."),)

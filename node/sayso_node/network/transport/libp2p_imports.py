"""The parts of libp2p that this node uses, imported without the rest of it.

`import libp2p` (0.8.1) runs a package file that imports every transport, discovery and
security scheme it has: QUIC, WebSocket, ACME, mDNS, UPnP, secio. That is 93 MB, and
native code that no link of ours ever runs (fastecdsa has no wheels and needs a
compiler). Python lets a package be named in `sys.modules` before it is imported: its
submodules are then found as ever, only its own ``__init__`` is not run. That is all
that happens here, to seven packages. Five modules that the parts import only for a
name are stood in for by empty classes, which raise where something tries to use them.

What stays is libp2p's multistream-select, its Noise handshake, keys and peer ids.
`tests/node/network/transport/test_upstream.py` holds the list and the hashes of what is relied on.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from types import ModuleType
from typing import NoReturn

from sayso_node.errors import LibraryMissing

FETCH = f'"{sys.executable}" -m pip install --no-deps libp2p==0.8.1'
"""What fetches libp2p alone. It is no dependency: with what it asks for, and what is never run
here, pip would need a compiler."""

PACKAGES_NOT_RUN = (
    "libp2p",  # imports everything
    "libp2p.peer",  # the peerstores
    "libp2p.pubsub",  # gossipsub; libp2p.abc wants one protobuf of it
    "libp2p.security",  # TLS, secio, plaintext
    "libp2p.tools.anyio_service",  # the service manager
    "libp2p.transport",  # QUIC, WebSocket
    "libp2p.transport.quic",  # aioquic
)
"""Packages whose ``__init__`` is left out; their submodules import as usual."""

STAND_INS = {
    "libp2p.crypto.rsa": ("RSAPrivateKey", "RSAPublicKey"),
    "libp2p.crypto.secp256k1": ("Secp256k1PrivateKey", "Secp256k1PublicKey"),
    "libp2p.tools.anyio_service.api": ("ServiceAPI",),
    "libp2p.transport.quic.stream": ("QUICStream",),
    "libp2p.utils.address_validation": (  # would bring psutil
        "expand_wildcard_address",
        "find_free_port",
        "get_available_interfaces",
        "get_optimal_binding_address",
    ),
}
"""Modules that are only asked for a name. The two key types are left out on purpose: a
node's identity is Ed25519, and a stranger's 16,384-bit RSA key costs its checker more
than its sender."""


class NotInUseError(ValueError):
    """A part of libp2p that this node leaves out was called.

    A `ValueError`, because that is how libp2p reports a peer's key that it cannot read.
    """


def _refuse(*_args: object, **_named: object) -> NoReturn:
    raise NotInUseError("this part of libp2p is not used here")


def _install_package(name: str, location: str) -> None:
    package = ModuleType(name, "Its own __init__ is not run; see sayso_node.network.transport.")
    package.__path__ = [location]
    sys.modules[name] = package
    _attach(name, package)


def _install_stand_in(name: str, class_names: tuple[str, ...]) -> None:
    module = ModuleType(name, "Stands in for a module that is not used.")
    for class_name in class_names:
        body = {"__init__": _refuse, "from_bytes": staticmethod(_refuse), "__module__": name}
        setattr(module, class_name, type(class_name, (), body))
    sys.modules[name] = module
    _attach(name, module)


def _attach(name: str, module: ModuleType) -> None:
    """Name a module in its parent, as the import system does for those it loads."""
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], child, module)


def _prepare() -> None:
    """Put the empty packages and the stand-ins in place, unless libp2p is there already."""
    if "libp2p" in sys.modules:
        return
    spec = importlib.util.find_spec("libp2p")
    if spec is None or not spec.submodule_search_locations:
        raise LibraryMissing(f"libp2p is not installed, without which no peer is reached: {FETCH}")
    root = spec.submodule_search_locations[0]
    for name in PACKAGES_NOT_RUN:
        _install_package(name, "/".join([root, *name.split(".")[1:]]))
    for name, class_names in STAND_INS.items():
        _install_stand_in(name, class_names)


def _quieten() -> None:
    """Keep what strangers can cause out of the owner's log.

    libp2p reports failed handshakes at ERROR, multiaddr writes lines at DEBUG for each
    address it reads. What matters of it reaches us as exceptions, and is said there.
    """
    logging.getLogger("libp2p").setLevel(logging.CRITICAL)
    logging.getLogger("multiaddr").setLevel(logging.INFO)


_prepare()
_quieten()

# The imports must follow the preparation: they are what it is for.
from libp2p.abc import IRawConnection, ISecureConn  # noqa: E402
from libp2p.crypto.ed25519 import Ed25519PublicKey  # noqa: E402
from libp2p.crypto.ed25519 import create_new_key_pair as new_ed25519_key_pair  # noqa: E402
from libp2p.crypto.keys import KeyPair  # noqa: E402
from libp2p.crypto.x25519 import create_new_key_pair as new_x25519_key_pair  # noqa: E402
from libp2p.custom_types import TProtocol  # noqa: E402
from libp2p.exceptions import BaseLibp2pError  # noqa: E402
from libp2p.io.abc import ReadWriteCloser  # noqa: E402
from libp2p.io.exceptions import ConnectionClosedError, IOException  # noqa: E402
from libp2p.peer.id import ID  # noqa: E402
from libp2p.protocol_muxer.exceptions import (  # noqa: E402
    MultiselectClientError,
    MultiselectCommunicatorError,
    MultiselectError,
    ProtocolNotSupportedError,
)
from libp2p.protocol_muxer.multiselect import Multiselect  # noqa: E402
from libp2p.protocol_muxer.multiselect_client import MultiselectClient  # noqa: E402
from libp2p.protocol_muxer.multiselect_communicator import MultiselectCommunicator  # noqa: E402
from libp2p.security.noise.exceptions import PeerIDMismatchesPubkey  # noqa: E402
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE_PROTOCOL  # noqa: E402
from libp2p.security.noise.transport import Transport as NoiseTransport  # noqa: E402

__all__ = [
    "ID",
    "NOISE_PROTOCOL",
    "PACKAGES_NOT_RUN",
    "STAND_INS",
    "BaseLibp2pError",
    "ConnectionClosedError",
    "Ed25519PublicKey",
    "IOException",
    "IRawConnection",
    "ISecureConn",
    "KeyPair",
    "Multiselect",
    "MultiselectClient",
    "MultiselectClientError",
    "MultiselectCommunicator",
    "MultiselectCommunicatorError",
    "MultiselectError",
    "NoiseTransport",
    "NotInUseError",
    "PeerIDMismatchesPubkey",
    "ProtocolNotSupportedError",
    "ReadWriteCloser",
    "TProtocol",
    "new_ed25519_key_pair",
    "new_x25519_key_pair",
]

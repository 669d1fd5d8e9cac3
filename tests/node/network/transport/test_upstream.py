"""The libp2p that this code was read against is the libp2p that is installed.

Where a test here fails after an upgrade, read the named upstream code again: what we rely
on may have moved, and what we work around may be mended. `docs/decisions/
0002-libp2p-hardening.md` says what each work-around is for.
"""

import hashlib
import importlib.metadata
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sayso_node.network.transport import libp2p_imports

# Used: a change may break us, or a new call in it may cost what we left out.
USED = {
    "libp2p.protocol_muxer.multiselect:Multiselect.handshake": "2084891d34645a5f",
    "libp2p.protocol_muxer.multiselect_client:MultiselectClient.handshake": "5d48f19d9e670152",
    "libp2p.protocol_muxer.multiselect_client:MultiselectClient.try_select": "0d6c7ecb28d96b5a",
    "libp2p.protocol_muxer.multiselect_communicator:MultiselectCommunicator": "839787d17af6f21c",
    "libp2p.utils.varint:decode_uvarint_from_stream": "805e99a853044eac",
    "libp2p.utils.varint:read_delim": "48fe700247b18140",
    "libp2p.io.utils:read_exactly": "ae12723eff6b556d",
    "libp2p.security.noise.transport:Transport.secure_inbound": "4c447c4ea56267b1",
    "libp2p.security.noise.transport:Transport.secure_outbound": "f5be8851b898cbf1",
    "libp2p.security.noise.patterns:PatternXX.handshake_inbound": "d2f509f2c5b65643",
    "libp2p.security.noise.patterns:PatternXX.handshake_outbound": "8d2a997bd6b0bbd6",
    "libp2p.security.noise.messages:NoiseHandshakePayload.deserialize": "e3773e24722074e1",
    "libp2p.security.noise.messages:verify_handshake_payload_sig": "ffbc27cc57bd15d8",
    "libp2p.security.noise.io:BaseNoiseMsgReadWriter.read_msg": "b2fa218c135c82c0",
    "libp2p.security.noise.io:BaseNoiseMsgReadWriter.write_msg": "00818920318f86aa",
    "libp2p.crypto.serialization:deserialize_public_key": "530dfc2542594032",
    "libp2p.peer.id:ID.from_pubkey": "8d7ece7fdcd75702",
    "libp2p.peer.id:ID.from_string": "cafa18cf3a6c9dcb",
    "noise.connection:NoiseConnection.encrypt": "f271e53c675ea6f3",
    "noise.connection:NoiseConnection.decrypt": "dbc6207480747631",
}

# Replaced: a change may mean that ours can go.
REPLACED = {
    "host/basic_host.py": "e5bd8f6c2b0b6ff0",
    "io/trio.py": "1bc7be280610c1b1",
    "network/auto_connector.py": "1a58bd3fae253acc",
    "network/connection/swarm_connection.py": "02bd6b93b095f9fd",
    "network/swarm.py": "de38ce6378189974",
    "peer/peerstore.py": "b28366ef1499437c",
    "security/noise/io.py": "a2194d3c2695e688",
    "stream_muxer/muxer_multistream.py": "9429027d809f5131",
    "stream_muxer/yamux/yamux.py": "1003b907c401ba5b",
    "tools/anyio_service/trio_manager.py": "116b6e6b9e9226a5",
    "transport/tcp/tcp.py": "725e5fc47f1a9f85",
}


def digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def find(name: str) -> Callable[..., object]:
    module_name, _, path = name.partition(":")
    found: object = importlib.import_module(module_name)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return getattr(found, "__func__", found)  # type: ignore[no-any-return]


def libp2p_root() -> Path:
    return Path(inspect.getfile(libp2p_imports.IRawConnection)).parent


def test_the_version_is_the_one_that_was_read() -> None:
    assert importlib.metadata.version("libp2p") == "0.8.1"


@pytest.mark.parametrize(("name", "expected"), USED.items())
def test_what_is_used_is_as_it_was_read(name: str, expected: str) -> None:
    found = digest(inspect.getsource(find(name)))
    assert found == expected, f"{name} changed: read it, check sayso_node/transport against it"


@pytest.mark.parametrize(("path", "expected"), REPLACED.items())
def test_what_is_replaced_is_as_it_was_read(path: str, expected: str) -> None:
    found = digest((libp2p_root() / path).read_text(encoding="utf-8"))
    assert found == expected, f"{path} changed: see in 0002-libp2p-hardening.md what it may mend"


NEEDED = {
    "_cffi_backend",
    "base58",
    "baseconv",
    "blake3",
    "cryptography",
    "google",  # protobuf
    "libp2p",
    "mmh3",
    "morphys",
    "multiaddr",
    "multibase",
    "multihash",
    "nacl",
    "noise",
    "trio",
    "varint",
}
LEFT_OUT = {
    *("Crypto", "aioquic", "anyio", "cbor2", "coincurve", "dns", "fastecdsa", "grpc", "httpx"),
    *("lru", "miniupnpc", "prometheus_client", "psutil", "requests", "rpcudp"),
    *("trio_typing", "trio_websocket", "zeroconf"),
}
USES_ALL = """
import sys, trio
from sayso_node.network.transport import open_network
async def on_link(link): await link.stream.send_all(b"x")
async def main():
    async with open_network(node_seed=b"a" * 32, listen=["/ip4/127.0.0.1/tcp/0"],
                            on_link=on_link) as one:
        async with open_network(node_seed=b"b" * 32, listen=[], on_link=on_link) as other:
            link = await other.dial(one.addresses[0])
            await link.stream.receive_some()
            await link.stream.aclose()
trio.run(main)
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_what_is_left_out_is_never_imported() -> None:
    done = subprocess.run([sys.executable, "-c", USES_ALL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert imported >= NEEDED
    assert not imported & LEFT_OUT


def test_importing_the_package_does_not_import_libp2p() -> None:
    program = "import sys, sayso_node.network.transport as t\n"
    program += "t.peer_id_of(bytes(32)); t.TransportLimits()\n"
    program += "assert not {'libp2p', 'multiaddr', 'cryptography'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("module", libp2p_imports.STAND_INS)
def test_a_stand_in_refuses_to_be_used(module: str) -> None:
    for name in libp2p_imports.STAND_INS[module]:
        stand_in = getattr(sys.modules[module], name)
        with pytest.raises(libp2p_imports.NotInUseError):
            stand_in()
        with pytest.raises(libp2p_imports.NotInUseError):
            stand_in.from_bytes(b"")

"""What starts fast loads little: asserted by module, since time depends on the machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

PROBE = """
import sys
from sayso_cli.main import main
code = main(sys.argv[1:])
sys.stderr.write(" ".join(sys.modules))
sys.exit(code)
"""

NETWORK = {"trio", "libp2p", "multiaddr", "cryptography", "asyncio", "ssl", "noise"}
NODE = {
    "sayso_protocol.sync.wire.frame_codec",
    "sayso_protocol.sync.resume_state",
    "sayso_storage.sqlite.verification.check",
}
PERSON = {"sayso_node.accounts", "sayso_node.entries", "sayso_node.home", "sayso_node.timeline"}
DETECTOR = {"rensa", "sayso_protocol.coordination"}
HEAVY = (
    NETWORK
    | NODE
    | DETECTOR
    | {"mnemonic", "platformdirs", "tqdm", "wcwidth", "email", "subprocess"}
)


@long
@pytest.mark.parametrize(
    ("words", "forbidden"),
    [
        (["--help"], HEAVY | {"nacl", "msgpack", "sqlite3", "sayso_storage", *PERSON}),
        (["--version"], NETWORK | {"tqdm", "wcwidth", "nacl", "msgpack", "sqlite3"}),
        (["post", "a quick #post"], HEAVY),
        (["post", "einen grünen #Grünspecht"], HEAVY),
        (["read", "--json"], HEAVY),
        (["read"], NETWORK | {"mnemonic", "tqdm"}),
        (["following", "--json"], HEAVY),
        (["status", "--json"], HEAVY),
        (["show", "nothing here"], HEAVY),
    ],
)
def test_a_command_loads_no_more_than_it_needs(
    words: list[str], forbidden: set[str], home: Path
) -> None:
    words = words if words[0].startswith("-") else [*words, "--home", str(home)]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=False
    )
    modules = done.stderr.splitlines()[-1].split()
    loaded = {*modules, *(name.partition(".")[0] for name in modules)}
    assert "sayso_cli" in loaded
    assert loaded & forbidden == set()


COLLECTIONS = """
import gc, sys
from sayso_cli.main import main
main(sys.argv[1:])
import sayso_node.daemon.run
sys.stderr.write(str(gc.get_stats()[2]["collections"]))
"""


@long
def test_not_all_that_was_loaded_is_walked_for_garbage(home: Path) -> None:
    """Importing what a node needs makes tens of thousands of containers, and no garbage."""
    words = ["following", "--json", "--home", str(home)]
    done = subprocess.run(
        [sys.executable, "-c", COLLECTIONS, *words], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "0"

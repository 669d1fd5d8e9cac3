"""The key file: private, sealed where asked for, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sayso_node.errors import HomeError, KeystoreError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import Keystore, read_keystore, write_keystore
from sayso_node.home.sealed_file import is_sealed
from sayso_node.home.secret_file import write_secret

VAULT = Keystore(bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_what_is_written_is_read_back(path: Path, passphrase: bytes | None) -> None:
    write_keystore(path, VAULT, passphrase)
    assert read_keystore(path, passphrase) == VAULT
    assert is_sealed(path) == (passphrase is not None)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_sealed_file_does_not_hold_the_seeds(path: Path) -> None:
    write_keystore(path, VAULT, b"open sesame")
    text = path.read_text()
    for plain in ("AQEBAQEB", "account_seed"):
        assert plain not in text


@pytest.mark.parametrize("passphrase", [None, b"", b"wrong"])
def test_a_sealed_file_opens_to_its_passphrase_only(path: Path, passphrase: bytes | None) -> None:
    write_keystore(path, VAULT, b"open sesame")
    with pytest.raises(KeystoreError, match="passphrase"):
        read_keystore(path, passphrase)


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    write_keystore(path, VAULT, None)
    with pytest.raises(HomeError):
        write_keystore(path, VAULT, None)
    assert read_keystore(path) == VAULT


def test_keys_behind_a_link_are_refused(path: Path, tmp_path: Path) -> None:
    write_keystore(tmp_path / "elsewhere", VAULT, None)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HomeError):
        read_keystore(path)
    with pytest.raises(HomeError):
        write_secret(path, b"x")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_keys_that_others_can_read_are_refused(path: Path, mode: int) -> None:
    write_keystore(path, VAULT, None)
    path.chmod(mode)
    with pytest.raises(HomeError, match="chmod 600"):
        read_keystore(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"version": 2}',
        b'{"version": 1}',
        b'{"version": 1, "secrets": {}}',
        b'{"version": 1, "secrets": 5}',
        b'{"version": 1, "secrets": {"account_seed": "AA==", "feed_seed": "", "x": 1}}',
        b'{"version": 1, "sealed": {}}',
    ],
)
def test_a_damaged_file_is_refused(path: Path, content: bytes) -> None:
    write_secret(path, content)
    with pytest.raises(KeystoreError):
        read_keystore(path, b"open sesame")


@pytest.mark.parametrize("change", [{"ops": 10**6}, {"memory": 1 << 40}, {"kdf": "none"}])
def test_a_planted_file_cannot_take_the_machine_down(path: Path, change: dict) -> None:
    write_keystore(path, VAULT, b"open sesame")
    content = json.loads(path.read_text())
    content["sealed"] |= change
    path.write_text(json.dumps(content))
    with pytest.raises(KeystoreError, match="unreasonable"):
        read_keystore(path, b"open sesame")


def test_secrets_do_not_show_in_a_log() -> None:
    text = repr((VAULT, VAULT.account, VAULT.feed))
    assert "\\x01" not in text
    assert "secret" not in text


def test_one_process_a_home(tmp_path: Path) -> None:
    home, again = Home(tmp_path), Home(tmp_path)
    with home.lock(), pytest.raises(HomeError, match="running"), again.lock():
        pass
    with again.lock():
        pass

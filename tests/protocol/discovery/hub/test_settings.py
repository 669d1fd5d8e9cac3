"""The owner's file of a hub: what it means, what is wrong with it, and changing it as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.hub.settings import (
    HubMedia,
    HubSettings,
    Openness,
    Quota,
    read_settings,
)
from sayso_protocol.discovery.hub.settings_editor import list_account
from sayso_protocol.sizes import bytes_of
from sayso_protocol.toml.mistakes import BadFile
from sayso_protocol.toml.writer import NotEditable

KEYS = [KeyPair.from_seed(bytes([n]) * 32).public for n in range(1, 6)]
TEXTS = [key_text(key) for key in KEYS]

WHOLE = f"""
open = "everybody"
evict_unread = "30d"

[quota]
accounts = 7
bytes = "2 GiB"
account_bytes = 5000
peer_accounts = 2
network_accounts = 3
peers = 500
address_peers = 9

[media]
pictures = "1 MiB"
films = 77

# a friend
[account.{TEXTS[0]}]
bytes = "1 MB"

[account.{TEXTS[1]}]
carry = false
"""


def test_a_file_that_is_not_there_carries_nobody() -> None:
    assert read_settings(b"") == HubSettings()
    assert HubSettings().open is Openness.LISTED


def test_all_that_a_file_can_say() -> None:
    found = read_settings(WHOLE.encode())
    assert found.open is Openness.EVERYBODY
    assert found.quota == Quota(7, 2 << 30, 5000, 2, 3, 500, 9)
    assert found.media == HubMedia(1 << 20, 77)
    assert found.evict_unread_ms == 30 * 86_400_000
    assert found.listed == [KEYS[0]]
    assert found.is_refused(KEYS[1])
    assert not found.is_refused(KEYS[2])
    assert [found.most_of(key) for key in KEYS[:3]] == [10**6, 5000, 5000]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("media = 5", 1, "what is fetched is a table"),
        ("[media]\npictures = -1", 2, "a size, as"),
        ("[media]\nfilm = 5", 2, "`film` is not known"),
        ("open = 'all'", 1, 'one of "listed", "accounts", "everybody"'),
        ("\nopn = 'listed'", 2, "did you mean"),
        ("evict_unread = '3h'", 1, "a time of a day or more"),
        ("evict_unread = 30", 1, "a time of a day or more"),
        ("quota = 3", 1, "[quota]"),
        ("[quota]\nbytes = 'much'", 2, "a size"),
        ("[quota]\nbytes = -1", 2, "a size"),
        ("[quota]\naccounts = '7'", 2, "a number"),
        ("[quota]\naccounts = true", 2, "a number"),
        ("[quota]\nacounts = 3", 2, "did you mean"),
        ("account = []", 1, "[account."),
        ("[account.ann]\ncarry = true", 1, "is not an account"),
        (f"[account.{TEXTS[0]}]\ncarry = 'yes'", 2, "true or false"),
        (f"[account.{TEXTS[0]}]\nsize = 3", 2, "not known"),
        ("[quota", 1, ""),
    ],
)
def test_each_mistake_names_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_settings(text.encode())
    assert caught.value.mistakes[0].line == line
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadFile) as caught:
        read_settings(b"open = 1\nevict_unread = 2\n[quota]\nbytes = true\n")
    assert [one.line for one in caught.value.mistakes] == [1, 2, 4]


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("17", 17), ("1kB", 1000), ("1 KiB", 1024), ("64 MiB", 64 << 20),
     ("2TB", 2 * 10**12), ("1.5 GB", None), ("-1", None), ("1 kb", None), ("MiB", None),
     ("", None)],
)  # fmt: skip
def test_sizes(text: str, size: int | None) -> None:
    assert bytes_of(text) == size


STEPS = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12)


@given(steps=STEPS)
def test_what_is_edited_is_read_back_and_the_rest_stays(steps: list[tuple[int, bool]]) -> None:
    text = WHOLE
    wanted = {KEYS[0]: True, KEYS[1]: False}
    for number, carry in steps:
        text = list_account(text, TEXTS[number], carry=carry)
        wanted[KEYS[number]] = carry
        found = read_settings(text.encode())
        assert {key: one.carry for key, one in found.accounts.items()} == wanted
        assert found.accounts[KEYS[0]].bytes == 10**6
        assert found.quota.accounts == 7
    assert "# a friend" in text


@pytest.mark.parametrize("text", ["", "# mine\n", "open = 'listed'", "[quota]\naccounts = 3"])
def test_a_first_account_goes_behind_what_is_there(text: str) -> None:
    changed = list_account(text, TEXTS[3], carry=True)
    assert changed.startswith(text)
    assert read_settings(changed.encode()).listed == [KEYS[3]]


def test_another_form_is_left_to_its_owner() -> None:
    text = f"account = {{ {TEXTS[0]} = {{ carry = true }} }}"
    assert read_settings(text.encode()).listed == [KEYS[0]]
    with pytest.raises(NotEditable):
        list_account(text, TEXTS[0], carry=False)

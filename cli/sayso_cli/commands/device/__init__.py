"""The account's devices: each writes a feed of its own, and followers get them all.

A device that is added by a request can post, and nothing else in the account's name: it does
not get the account's key.
"""

from __future__ import annotations

COMMANDS = {
    "add": "let a new device into the account",
    "list": "list the account's devices",
    "revoke": "end a device's feed",
}

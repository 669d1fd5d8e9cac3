"""The account's devices: each writes a feed of its own, and followers get them all.

A device that is added by a request can post, and nothing else in the account's name: it does
not get the account's key. Whom you follow, petnames, rules and views stay on the device where you
chose them, unless you bring them: `sayso device send FEED FILE` there, `sayso device receive FILE`
here. Private messages of before do not come either: `sayso device history FEED` sends them.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "add": mark("let a new device into the account"),
    "send": mark("write follows, petnames, rules and views for another device"),
    "receive": mark("take in what another device sent"),
    "history": mark("send your private messages to another device"),
    "list": mark("list the account's devices"),
    "revoke": mark("end a device's feed"),
}

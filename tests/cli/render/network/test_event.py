"""What a person reads of a node's events."""

from __future__ import annotations

import pytest

from sayso_cli.render.network.event import event_words

PEER, ADDR = "12D3KooWabc", "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWabc"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            {"event": "connected", "peer": PEER, "addr": ADDR, "outbound": True},
            ["connected to", PEER, ADDR],
        ),
        (
            {"event": "disconnected", "peer": PEER, "addr": ADDR, "reason": "the peer left"},
            ["no longer connected to", PEER, "the peer left"],
        ),
        (
            {"event": "unreachable", "addr": ADDR, "detail": f"{ADDR} cannot be reached: refused"},
            [f"{ADDR} cannot be reached: refused; it is tried again"],
        ),
        ({"event": "synced", "peer": PEER}, ["in sync with", PEER]),
        ({"event": "received", "entries": 1}, ["received 1 entry"]),
        ({"event": "received", "entries": 20}, ["received 20 entries"]),
        (
            {"event": "not-announced", "detail": "the keys are locked"},
            [
                "The keys are locked, so nobody finds this home by its key: "
                "--passphrase-file unlocks them."
            ],
        ),
        ({"event": "stopping", "signal": "SIGINT"}, ["stopping"]),
        (
            {"event": "dropped", "events": 2},
            ["2 events left out, which came faster than they were read"],
        ),
        (
            {"event": "forked", "peer": PEER, "feed": "z6Mk", "detail": "of one number"},
            ["two histories are known, so it is not extended:", "z6Mk"],
        ),
        (
            {"event": "left", "peer": PEER, "detail": "done"},
            ["has all that it wanted, and leaves:", PEER],
        ),
        ({"event": "left", "peer": PEER, "detail": "full"}, ["leaves:", PEER, "full"]),
        ({"event": "left", "peer": PEER}, ["leaves:", PEER]),
        ({"event": "resumed", "peer": PEER}, ["goes on where it was, with", PEER]),
        (
            {"event": "moved", "peer": PEER, "detail": "z6Mk"},
            ["an account goes on under another key:", "z6Mk"],
        ),
        ({"event": "revoked", "peer": PEER, "feed": "z6Mk"}, ["ended by its account:", "z6Mk"]),
        (
            {"event": "refused", "peer": PEER, "detail": "bad-frame: too long"},
            ["refused what came from", PEER, "bad-frame: too long"],
        ),
        (
            {"event": "throttled", "peer": PEER},
            ["causes too much work, and has to wait:", PEER],
        ),
        (
            {"event": "own-feed-ahead", "peer": PEER, "feed": "z6Mk"},
            ["own-feed-ahead", "peer", PEER, "feed", "z6Mk"],
        ),
        ({"event": "received"}, ["received"]),
        ({"event": "new one", "n": 1}, ["new one", "n", "1"]),
    ],
)
def test_an_event_in_words(event: dict[str, object], words: list[str]) -> None:
    assert event_words(event) == words

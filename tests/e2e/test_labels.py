"""A labeller's labels travel between running nodes, and hide where they are subscribed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import Home, until

pytestmark = pytest.mark.e2e


def test_labels_travel_and_do_what_was_chosen(tmp_path: Path) -> None:
    ann, ben, lab = (Home(tmp_path / name, name) for name in ("ann", "ben", "lab"))
    ben("follow", ann.account)
    lab("follow", ann.account)
    posts = [ann("post", text)[0]["id"] for text in ("buy", "hello")]

    def shown() -> list[str]:
        return [item["text"] for item in ben("read")]

    def labels(home: Home) -> dict[str, int]:
        return next((item["labels"] for item in home("labels", "list")), {})

    with (
        ann.node() as hub,
        lab.node("--peer", hub.address) as there,
        ben.node("--peer", hub.address, "--peer", there.address),
    ):
        until(lambda: shown() == ["hello", "buy"])
        until(lambda: len(lab("read")) == 2)
        lab("label", posts[0], "spam")
        lab("post", "I label")
        assert ben("labels", "preview", lab.account, code=1) == []
        ben("labels", "subscribe", lab.account)
        until(lambda: labels(ben) == {"spam": 1})
        assert shown() == ["hello", "buy"]  # carried and not shown; nothing is hidden yet
        found = ben("labels", "preview", lab.account)[0]
        assert (found["would_hide"], found["from_followed"]) == (1, 1)
        ben("labels", "subscribe", lab.account, "--on", "spam=hide")
        assert shown() == ["hello"]
        lab("label", posts[1], "spam")
        until(lambda: shown() == [])
        lab("label", posts[0], posts[1], "spam", "--off")
        until(lambda: shown() == ["hello", "buy"])
        ben("labels", "unsubscribe", lab.account)
        lab("label", posts[0], "spam")
    assert shown() == ["hello", "buy"]
    assert ben("verify")[0]["errors"] == 0

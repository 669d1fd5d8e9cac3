"""What all tests of shared folders have in common."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power cuts are simulated; waiting for the real disk would show nothing, and take seconds."""
    monkeypatch.setattr(os, "fsync", lambda _: None)

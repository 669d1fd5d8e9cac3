"""A diagnosis: what the doctor found of one thing."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.translation import _


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    check: str
    ok: bool
    found: str
    """What is so, for a person."""
    advice: str = ""
    """How to mend it, or to have more; empty where nothing is to be done."""

    def as_json(self) -> dict[str, object]:
        """The record of it."""
        return {"check": self.check, "ok": self.ok, "found": self.found, "advice": self.advice}


def fine(check: str, found: str, advice: str = "") -> Diagnosis:
    """The finding that all is well."""
    return Diagnosis(check, ok=True, found=found, advice=advice)


def wrong(check: str, found: str, advice: str) -> Diagnosis:
    """The finding that something has to be mended."""
    return Diagnosis(check, ok=False, found=found, advice=advice)


def failed(check: str, error: Exception) -> Diagnosis:
    """The finding that an error is: its text says what is wrong, and behind a colon what to do. A
    reason of the system that stands there says what is wrong, too."""
    found, advice = parted(str(error))
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.strerror and advice.startswith(cause.strerror):
        found = f"{found}: {cause.strerror}"
        advice = advice.removeprefix(cause.strerror).lstrip(" ;.")
    return wrong(check, found, advice or _("run it again"))


def parted(text: str) -> tuple[str, str]:
    """What is wrong, and what to do, of a text that says the one before a colon and the other
    behind it. In some languages a space stands before a colon, too."""
    found, _colon, advice = text.partition(": ")
    return found.rstrip(), advice

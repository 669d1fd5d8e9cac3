"""The look of what the doctor found to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.doctor.diagnosis import Diagnosis


def show_diagnosis(out: Output, diagnosis: Diagnosis) -> None:
    """Print whether a thing is well and what was found, and below it what to do."""
    mark = "ok   " if diagnosis.ok else "WRONG"
    out.line(f"{mark} {diagnosis.check}:", diagnosis.found)
    if diagnosis.advice:
        out.indented(f"    -> {diagnosis.advice}")

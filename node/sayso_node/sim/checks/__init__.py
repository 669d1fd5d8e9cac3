"""Invariants that are looked at while a simulation runs, and at its end."""

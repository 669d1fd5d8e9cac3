"""Runs and statements on their way into the store, what became of them, and offences."""

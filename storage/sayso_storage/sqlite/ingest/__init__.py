"""Runs and statements taken in, entries removed."""

"""Feeds at rest: one interface, in memory and on SQLite."""

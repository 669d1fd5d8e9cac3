"""The store on SQLite: one file, several processes and threads."""

from .store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]

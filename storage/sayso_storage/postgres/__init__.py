"""The store on PostgreSQL, for hubs that outgrow one machine."""

from .store import PostgresStore, open_store

__all__ = ["PostgresStore", "open_store"]

"""Sealed records in a SQLite file of their own."""

from .sealed_records import SqliteSealedRecords

__all__ = ["SqliteSealedRecords"]

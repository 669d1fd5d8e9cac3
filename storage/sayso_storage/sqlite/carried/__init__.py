"""What a carrier keeps for others, in a SQLite file of its own."""

from .carried_letters import SqliteCarriedLetters

__all__ = ["SqliteCarriedLetters"]

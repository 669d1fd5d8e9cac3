"""Peers, and what is carried and invited over them, in the SQLite store."""

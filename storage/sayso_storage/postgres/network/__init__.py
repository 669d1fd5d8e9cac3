"""Peers, and what is carried and invited over them, in the PostgreSQL store."""

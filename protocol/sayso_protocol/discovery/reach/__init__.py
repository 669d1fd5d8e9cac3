"""Reach: signed acknowledgements that a peer holds an entry."""

"""Lookups: where accounts are found, and who holds an entry."""

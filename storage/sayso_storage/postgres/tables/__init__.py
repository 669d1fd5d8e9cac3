"""Rows of the tables, inside the caller's transaction."""

"""Resumption: a session takes up where the last one with the peer ended."""

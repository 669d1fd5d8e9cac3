"""Closed groups: who is in them, the keys that they write under, and what is written there."""

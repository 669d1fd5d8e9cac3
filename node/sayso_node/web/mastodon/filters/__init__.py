"""Filters: the owner's rules about words."""

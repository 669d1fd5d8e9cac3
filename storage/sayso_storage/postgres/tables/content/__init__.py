"""Rows of what entries say of others, and of each other."""

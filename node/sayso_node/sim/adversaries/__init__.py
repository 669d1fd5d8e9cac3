"""Hostile nodes, one kind a file."""

"""Connections: which peers are dialled, when, and which are left."""

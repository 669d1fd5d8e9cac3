"""Invites and first contacts of a running node."""

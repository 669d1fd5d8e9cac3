"""Reachability: where a node listens, and how others reach it."""

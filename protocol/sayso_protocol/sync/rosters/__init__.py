"""Rosters: signed lists of the front ends of a hub, by which peers are known to be one store."""

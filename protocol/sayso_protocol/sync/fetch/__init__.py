"""Fetching: peers are asked for what they have and this node wants."""

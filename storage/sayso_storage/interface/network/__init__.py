"""Roles about peers, and about what is carried and invited over them."""

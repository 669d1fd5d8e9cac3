"""Rows of peers, and of what is carried and invited over them."""

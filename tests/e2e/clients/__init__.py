"""Apps of others, unchanged, against a real node."""

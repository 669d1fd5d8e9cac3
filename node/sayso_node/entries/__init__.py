"""A stored entry as a typed item, for whoever shows it."""

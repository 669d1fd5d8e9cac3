"""Pages about entries and the acts on them."""

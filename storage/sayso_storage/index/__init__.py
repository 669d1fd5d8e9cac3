"""Facts of bodies that the indexes know."""

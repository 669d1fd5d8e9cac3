"""How a thing looks on a terminal."""

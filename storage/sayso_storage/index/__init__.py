"""What the indexes know of a body."""

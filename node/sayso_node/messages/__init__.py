"""What the owner writes to some people and nobody else, and what they write to him."""

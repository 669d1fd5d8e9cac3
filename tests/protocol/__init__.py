"""The pure core: what it accepts, what it refuses, and by which exception."""

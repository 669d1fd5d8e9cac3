"""The frames of a session as values, and as bytes."""

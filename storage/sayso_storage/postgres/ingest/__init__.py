"""The ways into the store and out again, inside the caller's transaction."""

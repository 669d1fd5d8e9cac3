"""Taking up where the last session with a peer ended."""

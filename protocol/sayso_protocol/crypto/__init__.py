"""Keys, hashes, and the recovery phrase."""

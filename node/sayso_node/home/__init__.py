"""The data directory: keys, the owner's files, the cache."""

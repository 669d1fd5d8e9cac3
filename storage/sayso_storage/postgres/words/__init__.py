"""Search: the index of words, and the texts that match."""

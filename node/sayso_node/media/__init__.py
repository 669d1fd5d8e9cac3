"""Media: the blobs of this home, and what is done with them."""

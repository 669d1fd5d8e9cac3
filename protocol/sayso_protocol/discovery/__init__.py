"""Finding and reaching peers: addresses, who told of them, and the protocols that look for more."""

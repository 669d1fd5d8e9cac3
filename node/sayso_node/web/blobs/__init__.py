"""Pictures and films over HTTP: given in ranges, and taken in from a browser."""

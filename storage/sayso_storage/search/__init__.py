"""Words of a text, and queries for them."""

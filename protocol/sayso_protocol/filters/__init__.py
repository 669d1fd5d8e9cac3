"""Local choice: what the owner of a node decides about what it shows, stores and relays."""

"""The full-screen reader in a terminal: a process of its own beside the node."""

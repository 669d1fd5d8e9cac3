"""The running node, wired."""

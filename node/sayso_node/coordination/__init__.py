"""The detector of accounts that act in step, on the own store."""

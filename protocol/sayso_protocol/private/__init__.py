"""What only some may read: sealed letters, and closed groups."""

"""What is read across tables, inside the caller's transaction."""

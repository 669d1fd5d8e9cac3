"""Pages about rules and labels."""

"""What entries say of others, and of each other, in the PostgreSQL store."""

"""What letters say: one module a kind, each with its codec."""

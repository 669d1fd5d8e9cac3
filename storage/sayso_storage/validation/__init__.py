"""Which runs and statements a store takes: shared by every backend."""

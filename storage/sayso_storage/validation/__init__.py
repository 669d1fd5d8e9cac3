"""Rules for the runs and statements that a store takes: shared by every backend."""

"""Fuzzing of what strangers send: each decoder refuses, or writes again what it read."""

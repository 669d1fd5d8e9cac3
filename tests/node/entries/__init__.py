"""Tests of stored entries as items."""

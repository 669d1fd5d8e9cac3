"""Tests of writing entries."""

"""Tests of how apps get access."""

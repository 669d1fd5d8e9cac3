"""Tests of rules at work."""

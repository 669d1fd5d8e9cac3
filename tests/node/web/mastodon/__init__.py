"""Tests of the interface for apps."""

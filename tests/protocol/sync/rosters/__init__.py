"""Rosters of front ends."""

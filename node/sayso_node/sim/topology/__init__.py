"""Topologies: who follows whom, and who is linked to whom."""

"""Feeds as a replica knows them: what is held, what is asked for, what is newest."""

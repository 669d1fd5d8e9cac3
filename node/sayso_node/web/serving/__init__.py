"""Connections of the local server: whose they are, how many, and how long a silent one lasts."""

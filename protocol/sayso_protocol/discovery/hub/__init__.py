"""Hubs: whom a node carries for others, and how an account comes to be carried."""

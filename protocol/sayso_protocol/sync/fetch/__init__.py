"""Asking peers for what they have and this node wants."""

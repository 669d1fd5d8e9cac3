"""Closed groups over lines that lose and double letters, in a world of their own."""

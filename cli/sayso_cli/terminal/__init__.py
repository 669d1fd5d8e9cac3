"""Text on a terminal: output, sanitising, layout, style."""

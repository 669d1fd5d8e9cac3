"""Media: what bytes are, and what of them tells more than pictures and sounds. Decodes nothing."""

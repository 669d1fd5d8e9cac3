"""The look of peers, hubs and what passes between nodes."""

"""HTML of posts, turned into plain text."""

"""The page for people: HTML that reads and posts without JavaScript."""

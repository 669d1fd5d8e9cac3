"""Text: the form in which it is kept, the one in which it is compared, and its words."""

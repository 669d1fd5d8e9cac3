"""The owner's file of rules as text: read into rules or mistakes, and edited in place."""

"""The command line: all that a person types and sees."""

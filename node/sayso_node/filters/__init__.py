"""The owner's rules at work: the file in the home, facts from the store, what is shown."""

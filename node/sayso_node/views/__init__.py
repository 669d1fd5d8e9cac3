"""Rankings at work: the owner's file, offers of others, scores."""

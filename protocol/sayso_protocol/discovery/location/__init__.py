"""Where an account's nodes are: announcements, who keeps them, and the locator that finds them."""

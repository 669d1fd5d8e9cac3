"""Facts that rules and views look at, gathered from a store."""

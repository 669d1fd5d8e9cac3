"""The way through the router: mapped ports, asking others, relays, holes."""

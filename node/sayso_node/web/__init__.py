"""The page of the own node in a browser, and the interface for apps: HTTP on a local address."""

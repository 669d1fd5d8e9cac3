"""Numbers of a running node for Prometheus, on a port of their own."""

"""One-off questions to the network: by the running node, or else by a short run of its own."""

"""The server: connections, transactions, errors, and the layout."""
